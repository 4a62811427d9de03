export type { AnsweringModel, IgnoredSetting, TokenLogprob, TokenUsage } from './capability/answer.ts';
export { chat } from './capability/chat.ts';
export type { ChatEvent } from './capability/chat-event.ts';
export { type ChatInput, messagesOf } from './capability/chat-input.ts';
export type { ChatOutput, FinishReason } from './capability/chat-output.ts';
export type { ChatTool, ResponseFormat } from './capability/chat-settings.ts';
export { type EmbedInput, type EmbedOutput, embed } from './capability/embed.ts';
export type { ChatMessage, ToolCall } from './capability/message.ts';
