import { createGateway, staticSource } from '@byoc/core/gateway';
import { type LiveEvent, type LiveOutput, live, livePartName } from '@byoc/plugin-transcode';
import { writeLiveFolder } from './live-folder.ts';
import { type PublishOptions, publishSegments } from './publish-segments.ts';

/** A stream from the publisher to a folder. */
export interface RunLiveOptions extends PublishOptions {
  /** The orchestrator's address. */
  readonly url: string;
  /** Where the playlists and segments go. */
  readonly folder: string;
  /** Numbers of segments that are never sent. @default none */
  readonly lose?: readonly number[];
  /** Numbers of segments of which only a piece is sent. @default none */
  readonly damage?: readonly number[];
  readonly onEvent?: (event: LiveEvent) => void;
}

/** Publishes, transcodes and writes the moving playlists, until the publisher ends. */
export async function runLive(options: RunLiveOptions): Promise<LiveOutput> {
  const { lose = [], damage = [] } = options;
  const gateway = createGateway({ sources: [staticSource([options.url])] });
  try {
    const job = gateway.run(
      live,
      {
        ladder: [
          { name: '360p', height: 360, videoBitrate: 800_000 },
          { name: '180p', height: 180, videoBitrate: 300_000 },
        ],
        video: { preset: 'ultrafast' },
        maxSeconds: options.seconds + 60,
      },
      {
        keepOpen: true,
        deadlineMs: (options.seconds + 120) * 1000,
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      },
    );
    const writing = writeLiveFolder(
      job,
      options.folder,
      options.onEvent === undefined ? {} : { onEvent: options.onEvent },
    );
    const sending = async () => {
      let sequence = 0;
      for await (const bytes of publishSegments(options)) {
        const sent = damage.includes(sequence) ? bytes.subarray(0, bytes.length / 3 - 50) : bytes;
        if (!lose.includes(sequence)) await job.send(livePartName(sequence), once(sent));
        sequence += 1;
      }
      job.end();
    };
    const [{ output }] = await Promise.all([job.result, writing, sending()]);
    return output;
  } finally {
    await gateway.close();
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
