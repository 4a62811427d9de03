import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { TranscodeInput } from '../capability/input.ts';
import type { FoundFfmpeg } from '../ffmpeg/find-ffmpeg.ts';
import { lastLine } from '../ffmpeg/last-line.ts';
import { type RunProgramOptions, runProgram } from '../ffmpeg/run-program.ts';
import type { MediaProbe } from '../media/media-probe.ts';
import { TranscodeFailure } from '../media/transcode-failure.ts';
import { writeText } from '../packaging/write-texts.ts';
import type { WatermarkImage } from '../plan/picture/overlay-filters.ts';
import type { PictureFacts } from '../plan/picture-chain.ts';
import { planTexts } from '../plan/plan-texts.ts';
import { checkPicture, type TranscodeLimits } from './limits.ts';
import { readTexts } from './read-texts.ts';
import type { JobFiles } from './take-files.ts';

export interface PrepareOverlaysInput {
  readonly found: FoundFfmpeg;
  readonly input: TranscodeInput;
  readonly probe: MediaProbe;
  readonly files: JobFiles;
  /** A folder for what comes between. */
  readonly tmp: string;
  readonly limits: Pick<TranscodeLimits, 'maxSourcePixels'>;
}

/** Looks at what is to be drawn over the pictures, and brings it into the form that ffmpeg draws. @throws TranscodeFailure */
export async function prepareOverlays(
  { found, input, probe, files, tmp, limits }: PrepareOverlaysInput,
  options: RunProgramOptions,
): Promise<Pick<PictureFacts, 'image' | 'burned'> & { readonly warnings: readonly string[] }> {
  const { watermark, burnedSubtitles, texts } = input.picture;
  const isDrawn = watermark !== undefined || burnedSubtitles !== undefined || texts.length > 0;
  if (isDrawn && (input.ladder === 'none' || !input.outputs.some(({ kind }) => ['hls', 'dash', 'mp4'].includes(kind))))
    throw nothingToDrawOn();
  const image = files.watermark === undefined ? undefined : await lookAtImage(found, files.watermark, limits, options);
  if (burnedSubtitles === undefined) return { image, burned: undefined, warnings: [] };
  const asked =
    'track' in burnedSubtitles
      ? { tracks: [{ track: burnedSubtitles.track, default: false }], files: [] }
      : { tracks: 'none' as const, files: [{ ...burnedSubtitles, default: false }] };
  const planned = planTexts({ ...input, subtitles: asked }, probe, { hls: undefined, dash: undefined }).texts;
  const own = { path: files.source, files: files.burned === undefined ? [] : [files.burned], tmp };
  const { cues, warnings } = await readTexts({ found, texts: planned, ...own }, options);
  const [text] = planned;
  const burned = join(tmp, 'burned.vtt');
  if (text !== undefined) await writeText(burned, { ...text, cues: cues[0] ?? [] });
  return { image, burned, warnings };
}

/** The first bytes of the images that are taken. */
const KINDS: readonly (readonly [WatermarkImage['format'], (head: Buffer) => boolean])[] = [
  ['png_pipe', (head) => head.subarray(0, 8).equals(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'))],
  ['jpeg_pipe', (head) => head.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))],
  ['webp_pipe', (head) => head.toString('latin1', 0, 4) === 'RIFF' && head.toString('latin1', 8, 12) === 'WEBP'],
];

/** Decodes an image once, so that a bad one fails before anything is encoded. */
async function lookAtImage(
  found: FoundFfmpeg,
  path: string,
  limits: Pick<TranscodeLimits, 'maxSourcePixels'>,
  options: RunProgramOptions,
): Promise<WatermarkImage> {
  const head = Buffer.alloc(16);
  await using file = await open(path);
  await file.read(head, 0, 16, 0);
  const format = KINDS.find(([, fits]) => fits(head))?.[0];
  if (format === undefined) throw unreadable('it is neither PNG nor JPEG nor WebP');
  const bound = String(Math.min(2 ** 31 - 1, limits.maxSourcePixels * 2));
  const ended = await runProgram(
    found.ffmpeg.path,
    [
      ...['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'level+info', '-xerror', '-max_pixels', bound],
      ...['-protocol_whitelist', 'file', '-f', format, '-i', `file:${path}`, '-frames:v', '1', '-f', 'null', '-'],
    ],
    options,
  );
  const size = /Stream #0:0.*: Video: .*?, (\d+)x(\d+)/.exec(ended.stderr);
  if (ended.exitCode !== 0 || size === null) throw unreadable(`ffmpeg: ${lastLine(ended.stderr)}`);
  const [width, height] = [Number(size[1]), Number(size[2])];
  checkPicture(width * height, limits);
  return { path, format, width, height };
}

function unreadable(why: string): TranscodeFailure {
  return new TranscodeFailure({
    reason: 'watermark-unreadable',
    message: `The image of the watermark can't be read: ${why}`,
    hint: 'Send a PNG, JPEG or WebP file.',
    recovery: 'fix-request',
  });
}

function nothingToDrawOn(): TranscodeFailure {
  return new TranscodeFailure({
    reason: 'nothing-to-draw-on',
    message: 'The job asks to draw over its pictures, and makes no renditions',
    hint: 'Ask for `hls`, `dash` or `mp4` with a ladder; thumbnails are not drawn over.',
    recovery: 'fix-request',
  });
}
