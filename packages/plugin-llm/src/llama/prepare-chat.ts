import { type ChatWrapper, type Llama, LlamaText, type Token } from 'node-llama-cpp';
import type { IgnoredSetting } from '../capability/answer.ts';
import type { ChatInput } from '../capability/chat-input.ts';
import type { ChatMessage } from '../capability/message.ts';
import type { ChatPlan } from './answer-chat.ts';
import { ForcedCallWrapper } from './forced-call-wrapper.ts';
import { planShape } from './grammar/plan-shape.ts';
import { writeGbnf } from './grammar/write-gbnf.ts';
import { llamaFailures } from './llama-failures.ts';
import type { LoadedModel } from './loaded-model.ts';
import { leaveOutOldest } from './plan/leave-out-oldest.ts';
import { planHistory } from './plan/plan-history.ts';
import { planSampling } from './plan/plan-sampling.ts';
import { planTools, type ToolsPlan } from './plan/plan-tools.ts';

/**
 * Makes of an input what the model is to read, and checks that it has room to answer.
 *
 * @throws LlmFailure
 */
export async function prepareChat(
  llama: Llama,
  loaded: LoadedModel,
  { input, messages }: { input: ChatInput; messages: readonly ChatMessage[] },
): Promise<ChatPlan> {
  const prompt = preparePrompt(loaded, { input, messages });
  const { responseFormat } = input;
  const shape =
    responseFormat.type === 'json-schema'
      ? planShape(responseFormat.schema)
      : responseFormat.type === 'json-object'
        ? ({ kind: 'any-object' } as const)
        : undefined;
  const grammar = shape === undefined ? undefined : await llama.createGrammar({ grammar: writeGbnf(shape) });
  return { ...prompt, grammar, sampling: planSampling(input), ignored: ignoredOf(loaded.wrapper, input) };
}

/** Renders the prompt, and leaves out what may and must be left out. */
export function preparePrompt(
  loaded: LoadedModel,
  { input, messages }: { input: ChatInput; messages: readonly ChatMessage[] },
): Pick<ChatPlan, 'history' | 'tokens' | 'wrapper' | 'tools' | 'messagesLeftOut'> {
  const { name } = loaded.identity;
  if (messages.some(({ content }) => Array.isArray(content) && content.some(({ type }) => type === 'image')))
    throw llamaFailures.imageUnsupported(name);
  const tools = planTools(input);
  const wrapper = tools.forced ? new ForcedCallWrapper(loaded.wrapper) : loaded.wrapper;
  // A prompt as long as the context would leave no room for the first token of the answer.
  const room = loaded.contextTokens - 2;
  let kept = messages;
  for (;;) {
    const history = planHistory(kept);
    const tokens = render(loaded, wrapper, history, tools);
    if (tokens.length <= room) {
      const leftOut = messages.length - kept.length;
      return { history, tokens, wrapper, tools, messagesLeftOut: leftOut === 0 ? undefined : leftOut };
    }
    const fewer = input.truncate === 'oldest' ? leaveOutOldest(kept) : undefined;
    if (fewer === undefined) throw llamaFailures.promptTooLong(tokens.length, room);
    kept = fewer;
  }
}

function render(
  loaded: LoadedModel,
  wrapper: ChatWrapper,
  chatHistory: ReturnType<typeof planHistory>,
  { functions }: ToolsPlan,
): Token[] {
  try {
    const { contextText } = wrapper.generateContextState({
      chatHistory,
      ...(functions === undefined ? {} : { availableFunctions: functions, documentFunctionParams: true }),
    });
    // A text of the conversation is tokenized as text, whatever it says: only the template writes special tokens.
    return LlamaText(contextText).tokenize(loaded.model.tokenizer);
  } catch (cause) {
    throw llamaFailures.templateRefused(
      loaded.identity.name,
      cause instanceof Error ? cause.message : String(cause),
      cause,
    );
  }
}

function ignoredOf(wrapper: ChatWrapper, { reasoning }: ChatInput): IgnoredSetting[] {
  if (reasoning === undefined) return [];
  if (wrapper.settings.segments?.thought === undefined)
    return [{ setting: 'reasoning', reason: 'The model does not think before it answers.' }];
  if (reasoning.effort === undefined || reasoning.effort === 'none') return [];
  return [
    { setting: 'reasoning.effort', reason: 'The model has no levels of effort; `maxTokens` limits its thoughts.' },
  ];
}
