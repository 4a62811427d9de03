import { readFile } from 'node:fs/promises';
import type { BlobRef } from '@byoc/core';
import type { ChatMessage } from '../capability/message.ts';
import { LlmFailure } from '../engine/llm-failure.ts';
import type { PictureUrls } from './to-chat-request.ts';

/** Beginnings of the formats that text/chat takes. */
const formats: readonly (readonly [type: string, test: (bytes: Buffer) => boolean])[] = [
  ['image/png', (bytes) => bytes.subarray(1, 4).toString('latin1') === 'PNG'],
  ['image/jpeg', (bytes) => bytes[0] === 0xff && bytes[1] === 0xd8],
  ['image/gif', (bytes) => bytes.subarray(0, 4).toString('latin1') === 'GIF8'],
  ['image/webp', (bytes) => bytes.subarray(8, 12).toString('latin1') === 'WEBP'],
];

/** Reads the pictures of a conversation as `data:` URLs. @throws LlmFailure picture-unreadable */
export async function readPictures(
  messages: readonly ChatMessage[],
  file: (image: BlobRef) => Promise<string>,
): Promise<PictureUrls> {
  const urls = new Map<object, string>();
  for (const message of messages) {
    if (message.role !== 'user' || typeof message.content === 'string') continue;
    for (const part of message.content) {
      if (part.type !== 'image') continue;
      const bytes = await readFile(await file(part.image));
      const type = formats.find(([, test]) => test(bytes))?.[0];
      if (type === undefined)
        throw new LlmFailure({
          reason: 'picture-unreadable',
          message: `A picture of ${bytes.length} bytes is no PNG, JPEG, WebP or GIF.`,
          hint: 'Send one of these.',
          recovery: 'fix-request',
        });
      urls.set(part.image, `data:${type};base64,${bytes.toString('base64')}`);
    }
  }
  return urls;
}
