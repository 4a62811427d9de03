import {
  type ChatHistoryItem,
  ChatWrapper,
  type ChatWrapperGenerateContextStateOptions,
  type ChatWrapperGeneratedContextState,
} from 'node-llama-cpp';

/** A chat template whose answers begin with a call of a tool. */
export class ForcedCallWrapper extends ChatWrapper {
  override readonly wrapperName = 'ForcedCall';
  override readonly settings: ChatWrapper['settings'];
  readonly #inner: ChatWrapper;

  constructor(inner: ChatWrapper) {
    super();
    this.#inner = inner;
    this.settings = inner.settings;
  }

  override generateContextState(options: ChatWrapperGenerateContextStateOptions): ChatWrapperGeneratedContextState {
    const { contextText, stopGenerationTriggers } = this.#inner.generateContextState(options);
    return {
      contextText,
      stopGenerationTriggers,
      functionCall: { initiallyEngaged: true, disengageInitiallyEngaged: [] },
    };
  }

  override generateFunctionCall(name: string, params: unknown): ReturnType<ChatWrapper['generateFunctionCall']> {
    return this.#inner.generateFunctionCall(name, params);
  }

  override generateFunctionCallResult(
    ...args: Parameters<ChatWrapper['generateFunctionCallResult']>
  ): ReturnType<ChatWrapper['generateFunctionCallResult']> {
    return this.#inner.generateFunctionCallResult(...args);
  }

  override addAvailableFunctionsSystemMessageToHistory(
    ...args: Parameters<ChatWrapper['addAvailableFunctionsSystemMessageToHistory']>
  ): readonly ChatHistoryItem[] {
    return this.#inner.addAvailableFunctionsSystemMessageToHistory(...args);
  }
}
