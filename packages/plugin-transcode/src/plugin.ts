import { definePlugin, implement, type Plugin } from '@byoc/core';
import { transcode } from './capability.ts';
import { type FoundFfmpeg, findFfmpeg } from './ffmpeg/find-ffmpeg.ts';
import { testEncode } from './ffmpeg/test-encode.ts';
import { estimatePixels } from './job/estimate-pixels.ts';
import { DEFAULT_LIMITS, type TranscodeLimits } from './job/limits.ts';
import { runTranscode } from './job/run-transcode.ts';

/** How the plugin runs here. */
export interface TranscodePluginOptions {
  /** The ffmpeg to use. @default BYOC_FFMPEG, then PATH, then the build that npm ships */
  readonly ffmpegPath?: string | undefined;
  /** @default 4 hours, 8192 × 4320, 2e13 pixels */
  readonly limits?: Partial<TranscodeLimits> | undefined;
}

/** Makes the video/transcode plugin. */
export function createTranscodePlugin(options: TranscodePluginOptions = {}): Plugin {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  let found: Promise<FoundFfmpeg> | undefined;
  const find = (signal: AbortSignal) => {
    found ??= findFfmpeg({ path: options.ffmpegPath, signal }).catch((error: unknown) => {
      found = undefined;
      throw error;
    });
    return found;
  };
  return definePlugin({
    manifest: {
      name: 'byoc/transcode',
      version: '0.1.0',
      description: transcode.contract.description,
      license: 'MIT',
      concurrency: 1,
      dockerfile: 'Dockerfile',
      command: ['node', 'dist/worker.js'],
      resources: { cpu: 2, memoryBytes: 2 * 1024 ** 3, pids: 256 },
    },
    implementations: [
      implement(transcode, async (context) => runTranscode(context, await find(context.signal), limits), {
        estimate: async (input) => ({ pixels: estimatePixels(input, limits) }),
      }),
    ],
    async setup({ signal }) {
      const { ffmpeg, ffprobe, launcher } = await find(signal);
      const details = {
        ffmpeg: ffmpeg.version,
        origin: ffmpeg.origin,
        ffprobe: ffprobe !== undefined,
        diesWithWorker: launcher.length > 0,
      };

      return { details };
    },
    async fitness({ signal, tmp }) {
      await testEncode(await find(signal), tmp, signal);
    },
  });
}
