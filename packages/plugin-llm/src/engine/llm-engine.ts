import type { BlobRef, Logger } from '@byoc/core';
import type { AnsweringModel, IgnoredSetting, TokenUsage } from '../capability/answer.ts';
import type { ChatEvent } from '../capability/chat-event.ts';
import type { ChatInput } from '../capability/chat-input.ts';
import type { FinishReason } from '../capability/chat-output.ts';
import type { EmbedInput } from '../capability/embed.ts';
import type { ChatMessage } from '../capability/message.ts';

/** A model that an engine serves. */
export interface EngineModel {
  /** What `model` of an input names. */
  readonly name: string;
  readonly loaded: boolean;
  readonly chats: boolean;
  readonly embeds: boolean;
  /** Whether it takes pictures. */
  readonly sees: boolean;
  /** Undefined while unknown. */
  readonly contextTokens?: number | undefined;
  /** Of the weights and the context, while loaded. */
  readonly memoryBytes?: number | undefined;
  /** What of it is on accelerators. */
  readonly deviceMemoryBytes?: number | undefined;
}

/** What an engine gets when it starts. */
export interface EngineContext {
  readonly log: Logger;
  /** A scratch folder. */
  readonly tmp: string;
  readonly signal: AbortSignal;
  /** To be called whenever what `models` gives has changed. */
  onChange(): void;
}

/** One chat job. */
export interface EngineChat {
  readonly input: ChatInput;
  readonly messages: readonly ChatMessage[];
  /** Who asks: prompts are shared only within one caller. Undefined for a caller that shares nothing. */
  readonly caller: string | undefined;
  /** The engine stops within one token of its abort, and throws its reason. */
  readonly signal: AbortSignal;
  /** The path of a picture's bytes. */
  file(image: BlobRef): Promise<string>;
}

/** What an engine says while it answers. Usage is cumulative, and comes before the events that it pays for. */
export type EngineChatStep = ChatEvent | { readonly type: 'usage'; readonly usage: TokenUsage };

/** What an engine says last. The message is what the events were. */
export interface EngineChatEnd {
  readonly finishReason: FinishReason;
  readonly stopText?: string | undefined;
  readonly usage: TokenUsage;
  readonly model: AnsweringModel;
  readonly ignored: readonly IgnoredSetting[];
  readonly messagesLeftOut?: number | undefined;
}

/** One embedding job. */
export interface EngineEmbed {
  readonly input: EmbedInput;
  readonly texts: readonly string[];
  readonly signal: AbortSignal;
}

/** The vectors as the model gives them; the plugin cuts, normalizes and encodes them. */
export interface EngineEmbedEnd {
  readonly vectors: readonly (readonly number[])[];
  readonly inputTokens: number;
  readonly model: AnsweringModel;
  readonly ignored: readonly IgnoredSetting[];
}

/**
 * What runs language models: the part of the plugin that a builder may swap. It throws `LlmFailure` for what the caller should
 * know, and is asked for at most `slots` jobs at once.
 */
export interface LlmEngine {
  /** For logs and the worker's state, for example `llama.cpp b9010, CPU`. Known once it has started. */
  readonly name: string;
  /** How many jobs it really runs at once. Known once it has started. */
  readonly slots: number;
  /** Gets ready to answer: what rejects here keeps the worker out of service. */
  start(context: EngineContext): Promise<void>;
  /** The first that can do the job is the one for inputs that name none. */
  models(): readonly EngineModel[];
  chat(job: EngineChat): AsyncGenerator<EngineChatStep, EngineChatEnd, undefined>;
  embed(job: EngineEmbed): Promise<EngineEmbedEnd>;
  /** Tokens of the prompt as the model would get it, template included: exact, or a bound from above. */
  countChat(job: Pick<EngineChat, 'input' | 'messages' | 'signal'>): Promise<number>;
  /** Likewise, all texts together. */
  countEmbed(job: EngineEmbed): Promise<number>;
  /** Idempotent; frees all memory. */
  close(): Promise<void>;
}
