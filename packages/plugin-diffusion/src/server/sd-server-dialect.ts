import { setTimeout as sleep } from 'node:timers/promises';
import type { UpstreamClient } from '@byoc/core/upstream';
import { readSdServerFacts, readSdServerId, readSdServerPicture, toSdServerRequest } from './sd-server-answer.ts';
import type {
  MakeOptions,
  PictureAsk,
  ServerDialect,
  ServerFacts,
  ServerPicture,
  ServerProgress,
} from './server-dialect.ts';
import type { ResolvedServerOptions } from './server-options.ts';
import { ServerWatch } from './watch-server.ts';

/** A cancel that is not answered is left at that. */
const CANCEL_MS = 5_000;

/** Asks stable-diffusion.cpp's server by its own API, which has jobs that can be cancelled. It tells no steps. */
export function createSdServerDialect(client: UpstreamClient, options: ResolvedServerOptions): ServerDialect {
  return {
    kind: 'sd-server',
    takes: new Set(['negativePrompt', 'steps', 'guidance', 'seed', 'scheduler', 'loras', 'strength', 'size']),
    takesSource: true,
    takesMask: true,
    async describe(signal: AbortSignal): Promise<ServerFacts> {
      return readSdServerFacts(await client.json('GET', '/sdcpp/v1/capabilities', undefined, { signal }));
    },
    async *make(ask: PictureAsk, { signal }: MakeOptions): AsyncGenerator<ServerProgress, ServerPicture, undefined> {
      const watch = new ServerWatch(signal, { withinMs: options.firstAnswerMs });
      const call = { signal: watch.signal, repeat: 'refused' as const };
      let id: string | undefined;
      let isOver = false;
      try {
        id = readSdServerId(await client.json('POST', '/sdcpp/v1/img_gen', toSdServerRequest(ask), call));
        for (;;) {
          await sleep(options.pollMs, undefined, { signal: watch.signal }).catch(() => watch.signal.throwIfAborted());
          const answer = await client.json('GET', `/sdcpp/v1/jobs/${id}`, undefined, { signal: watch.signal });
          const picture = readSdServerPicture(answer);
          isOver = picture !== undefined;
          if (picture !== undefined) return picture;
        }
      } finally {
        watch.end();
        if (id !== undefined && !isOver) {
          const of = { signal: AbortSignal.timeout(CANCEL_MS), repeat: 'refused' as const };
          await client.json('POST', `/sdcpp/v1/jobs/${id}/cancel`, {}, of).catch(() => {});
        }
      }
    },
  };
}
