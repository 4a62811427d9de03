import { z } from 'zod';
import { parseJson } from '../parse-json.ts';

/** What ComfyUI tells over its WebSocket that matters here. */
export type ComfyMessage =
  | {
      readonly type: 'progress';
      readonly prompt: string;
      readonly node: string;
      readonly value: number;
      readonly max: number;
    }
  /** Nodes whose results were there still. */
  | { readonly type: 'cached'; readonly prompt: string; readonly nodes: readonly string[] }
  | { readonly type: 'ended'; readonly prompt: string }
  | { readonly type: 'preview'; readonly file: Uint8Array };

const id = z.string();
const messageSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('progress'),
    data: z.object({ value: z.number(), max: z.number(), prompt_id: id, node: id }),
  }),
  z.object({ type: z.literal('execution_cached'), data: z.object({ prompt_id: id, nodes: z.array(id) }) }),
  z.object({ type: z.literal('executing'), data: z.object({ prompt_id: id, node: z.null() }) }),
  z.object({
    type: z.enum(['execution_success', 'execution_error', 'execution_interrupted']),
    data: z.object({ prompt_id: id }),
  }),
]);

/** Binary messages: a number that says what they are, for previews the format, then the file. */
const PREVIEW = 1;
const PREVIEW_HEAD_BYTES = 8;

/** Reads a message; undefined for one that does not matter, or that is none. */
export function readComfyMessage(message: string | ArrayBuffer): ComfyMessage | undefined {
  if (typeof message !== 'string') {
    if (message.byteLength <= PREVIEW_HEAD_BYTES || new DataView(message).getUint32(0) !== PREVIEW) return undefined;
    return { type: 'preview', file: new Uint8Array(message, PREVIEW_HEAD_BYTES) };
  }
  const parsed = messageSchema.safeParse(parseJson(message)).data;
  if (parsed === undefined) return undefined;
  switch (parsed.type) {
    case 'progress': {
      const { value, max, prompt_id, node } = parsed.data;
      return { type: 'progress', prompt: prompt_id, node, value, max };
    }
    case 'execution_cached':
      return { type: 'cached', prompt: parsed.data.prompt_id, nodes: parsed.data.nodes };
    default:
      return { type: 'ended', prompt: parsed.data.prompt_id };
  }
}
