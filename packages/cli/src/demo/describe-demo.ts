import { join, relative } from 'node:path';
import { pc } from '../terminal/colours.ts';
import { formatTable } from '../terminal/table.ts';

/** What the demo did, as `--json` prints it. Paths of the result are relative to `output.directory`. */
export interface DemoFacts {
  readonly runtime: 'docker' | 'process';
  readonly job: string;
  readonly tookMs: number;
  readonly source: string;
  readonly output: { readonly directory: string; readonly master: string; readonly thumbnails?: string };
  readonly renditions: readonly {
    readonly name: string;
    readonly playlist: string;
    readonly width: number;
    readonly height: number;
    readonly frames: number;
    readonly codec: string;
    /** Bits a second. */
    readonly bitrate: number;
    /** Decibels. */
    readonly psnr: number | null;
  }[];
  /** Decimal strings. */
  readonly usage: { readonly pixels: string };
}

/** The demo's closing words. */
export function describeDemo(facts: DemoFacts): string {
  const rows = facts.renditions.map((rendition) => [
    rendition.name,
    `${rendition.width}×${rendition.height}`,
    rendition.frames,
    `${Math.round(rendition.bitrate / 1000)} kbit/s`,
    rendition.psnr === null ? '-' : `${rendition.psnr.toFixed(2)} dB`,
    rendition.codec,
  ]);
  const master = join(facts.output.directory, facts.output.master);
  const shown = relative(process.cwd(), master) || master;
  return [
    '',
    formatTable(['RENDITION', 'SIZE', 'FRAMES', 'BITRATE', 'PSNR', 'CODEC'], rows),
    '',
    `${pc.bold(Number(facts.usage.pixels).toLocaleString('en-US'))} pixels encoded in ${(facts.tookMs / 1000).toFixed(1)} s, start to end, on the ${facts.runtime} runtime.`,
    `Result:  ${shown}`,
    `Play it: ffplay ${shown}   (or open it in Safari, VLC, or any page with hls.js)`,
    '',
  ].join('\n');
}
