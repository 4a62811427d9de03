import type { UpstreamClient } from '@byoc/core/upstream';
import { ImageFailure } from '../model/image-failure.ts';
import { decodeBase64 } from './decode-base64.ts';
import { readOpenaiModels, readOpenaiPicture, toOpenaiFields } from './openai-images.ts';
import type {
  MakeOptions,
  PictureAsk,
  ServerDialect,
  ServerFacts,
  ServerPicture,
  ServerProgress,
} from './server-dialect.ts';
import type { ResolvedServerOptions } from './server-options.ts';

/** Asks whatever speaks OpenAI's images API. It has words for little, and tells no steps. */
export function createOpenaiDialect(client: UpstreamClient, options: ResolvedServerOptions): ServerDialect {
  /** Newer models of OpenAI always answer so, and refuse to be asked. */
  let hasFormat = true;
  const ask = async (fields: ReturnType<typeof toOpenaiFields>, { source }: PictureAsk, signal: AbortSignal) => {
    const { response_format, ...others } = fields;
    const sent = hasFormat ? fields : others;
    const call = { signal, firstAnswerMs: options.firstAnswerMs, repeat: 'refused' as const };
    if (source === undefined) return await client.json('POST', '/v1/images/generations', sent, call);
    const file = (name: string, bytes: Uint8Array) => ({ name, type: 'image/png', bytes });
    const mask = source.clearMask === undefined ? {} : { mask: file('mask.png', source.clearMask) };
    return await client.form(
      '/v1/images/edits',
      { ...sent, n: String(sent.n), image: file('image.png', source.image), ...mask },
      call,
    );
  };
  return {
    kind: 'openai',
    takes: new Set(['size']),
    takesSource: true,
    takesMask: true,
    async describe(signal: AbortSignal): Promise<ServerFacts> {
      const models = readOpenaiModels(await client.json('GET', '/v1/models', undefined, { signal }));
      return {
        ...{ version: 'unknown', models: models.map((name) => ({ name, digest: undefined })) },
        ...{ samplers: undefined, schedules: undefined, loras: [] },
        // What every one of them makes.
        defaults: { width: 1024, height: 1024 },
      };
    },
    async *make(
      picture: PictureAsk,
      { signal }: MakeOptions,
    ): AsyncGenerator<ServerProgress, ServerPicture, undefined> {
      const fields = toOpenaiFields(picture);
      const answer = await ask(fields, picture, signal).catch((error: unknown) => {
        if (!hasFormat || !isAboutFormat(error)) throw error;
        hasFormat = false;
        return ask(fields, picture, signal);
      });
      const found = readOpenaiPicture(answer, client.baseUrl);
      const encoded =
        'base64' in found
          ? decodeBase64(found.base64)
          : new Uint8Array(await client.bytes(found.path, { signal, root: true }));
      return { encoded, seed: undefined };
    },
  };
}

function isAboutFormat(error: unknown): boolean {
  return (
    error instanceof ImageFailure && error.reason === 'server-refused' && error.message.includes('response_format')
  );
}
