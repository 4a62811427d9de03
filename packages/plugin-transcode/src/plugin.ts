import { definePlugin, implement, type Plugin } from '@byoc/core';
import { transcode } from './capability.ts';
import { type FoundFfmpeg, findFfmpeg } from './ffmpeg/find-ffmpeg.ts';
import { testEncode } from './ffmpeg/test-encode.ts';
import { describeEncoders } from './hardware/describe-encoders.ts';
import { EncoderTests } from './hardware/encoder-tests.ts';
import { estimatePixels } from './job/estimate-pixels.ts';
import type { TranscodeLimits } from './job/limits.ts';
import { parseLimits } from './job/parse-limits.ts';
import { runTranscode } from './job/run-transcode.ts';
import { estimateLivePixels } from './live/job/estimate-live-pixels.ts';
import { DEFAULT_LIVE_LIMITS, type LiveLimits } from './live/job/live-limits.ts';
import { runLive } from './live/job/run-live.ts';
import { live } from './live/live-capability.ts';

/** How the plugin runs here. */
export interface TranscodePluginOptions {
  /** The ffmpeg to use. @default BYOC_FFMPEG, then PATH, then the build that npm ships */
  readonly ffmpegPath?: string | undefined;
  /** `never` keeps jobs away from cards, whatever they ask for. @default "auto" */
  readonly hardware?: 'auto' | 'never' | undefined;
  /** What a job may be. @default 4 hours, 8192 × 4320, 2e13 pixels and others */
  readonly limits?: Partial<TranscodeLimits> | undefined;
  /** Where limits are read from that `limits` leaves out, for example process.env. Read at `setup`. @default none */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
  /** @default 64 MiB and 12 s a segment, 3 s without a sign of ffmpeg */
  readonly liveLimits?: Partial<LiveLimits> | undefined;
}

/** Makes the plugin of video/transcode and video/live. */
export function createTranscodePlugin(options: TranscodePluginOptions = {}): Plugin {
  const readLimits = () => ({ ...parseLimits(options.environment ?? {}), ...options.limits });
  const readLiveLimits = () => ({ ...readLimits(), ...DEFAULT_LIVE_LIMITS, ...options.liveLimits });
  let found: Promise<FoundFfmpeg> | undefined;
  const find = (signal: AbortSignal) => {
    found ??= findFfmpeg({ path: options.ffmpegPath, signal }).catch((error: unknown) => {
      found = undefined;
      throw error;
    });
    return found;
  };
  let tests: EncoderTests | undefined;
  const encoderTests = async (signal: AbortSignal) => {
    const ffmpeg = await find(signal);
    tests ??= new EncoderTests(ffmpeg, { hardware: options.hardware });
    return tests;
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
      implement(
        transcode,
        async (context) => {
          const { signal } = context;
          return runTranscode(context, await find(signal), await encoderTests(signal), readLimits());
        },
        {
          estimate: async (input) => ({ pixels: estimatePixels(input, readLimits()) }),
        },
      ),
      implement(live, async (context) => runLive(context, await find(context.signal), readLiveLimits()), {
        estimate: async (input) => ({ pixels: estimateLivePixels(input, readLimits()) }),
      }),
    ],
    async setup({ signal, tmp }) {
      const limits = readLimits();
      const { ffmpeg, ffprobe, launcher } = await find(signal);
      const encoders = await encoderTests(signal);
      const details = {
        ffmpeg: ffmpeg.version,
        origin: ffmpeg.origin,
        ffprobe: ffprobe !== undefined,
        diesWithWorker: launcher.length > 0,
        listedEncoders: [...(await encoders.listed(signal))],
        encoders: describeEncoders(await encoders.measure(tmp, signal)),
        ...limits,
      };
      return { details };
    },
    async fitness({ signal, tmp }) {
      await testEncode(await find(signal), tmp, signal);
    },
  });
}
