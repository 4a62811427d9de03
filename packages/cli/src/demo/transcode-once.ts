import { basename, join, relative } from 'node:path';
import { fileBlob, type Gateway, type GatewayQuote, type JobPaymentResult } from '@byoc/core/gateway';
import { transcode } from '@byoc/plugin-transcode';
import { createProgressLine } from '../terminal/progress-line.ts';
import type { DemoFacts } from './describe-demo.ts';

/** What is transcoded, and where to. */
export interface TranscodeOnceOptions {
  readonly source: string;
  readonly directory: string;
  /** No progress line. */
  readonly quiet: boolean;
  readonly startedAt: number;
  readonly signal: AbortSignal;
  /** The most that it may cost, wei. */
  readonly maxCostWei?: bigint;
  /** Asks what it costs at most, before it runs. */
  readonly quote?: (input: ReturnType<typeof demoInput>) => Promise<GatewayQuote>;
}

function demoInput(source: string) {
  return {
    source: fileBlob(source),
    outputs: [{ kind: 'hls' as const }, { kind: 'thumbnails' as const }],
    quality: { psnr: true },
  };
}

/** Transcodes the demo's video once and fetches what came of it. */
export async function transcodeOnce(
  gateway: Gateway,
  runtime: DemoFacts['runtime'],
  options: TranscodeOnceOptions,
): Promise<{ facts: DemoFacts; quote: GatewayQuote | undefined; payment: JobPaymentResult }> {
  const { signal } = options;
  await gateway.ready();
  const input = demoInput(options.source);
  const quote = await options.quote?.(input);
  const line = createProgressLine({ quiet: options.quiet, title: 'transcode' });
  try {
    const job = gateway.run(transcode, input, { signal, quote, maxCostWei: options.maxCostWei });
    for await (const frame of job) if (frame.type === 'progress') line.show(frame.progress);
    const { output, usage, jobId, download, payment } = await job.result;
    line.stop();
    const directory = join(options.directory, 'result');
    await download(directory, { signal, replace: true });
    const hls = output.outputs.find((item) => item.kind === 'hls');
    const sprite = output.outputs.find((item) => item.kind === 'thumbnails');
    const facts: DemoFacts = {
      runtime,
      job: jobId,
      tookMs: Date.now() - options.startedAt,
      source: relative(process.cwd(), options.source) || basename(options.source),
      output: {
        directory,
        master: hls?.master.$part ?? '',
        ...(sprite === undefined ? {} : { thumbnails: sprite.track.$part }),
      },
      renditions: output.renditions.map(({ name, playlist, width, height, frames, codec, bitrate, psnr }) => ({
        name,
        playlist: playlist?.$part ?? '',
        width,
        height,
        frames,
        codec,
        bitrate,
        psnr: psnr ?? null,
      })),
      usage: { pixels: String(usage['pixels'] ?? 0n) },
    };
    return { facts, quote, payment };
  } finally {
    line.stop();
  }
}
