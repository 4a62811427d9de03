import type { TranscodeInput } from '../capability/input.ts';
import type { RenditionRequest, VideoCodec, VideoSettings } from '../capability/video-settings.ts';
import { TranscodeFailure } from '../media/transcode-failure.ts';
import type { ResolvedRateControl } from './encoders/encoder.ts';
import { resolveRateControl } from './resolve-rate-control.ts';

/** A rung, sized for the source. */
export interface Rung {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly rateControl: ResolvedRateControl;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Short sides of the automatic ladder. */
const AUTO = [1080, 720, 480, 360];

/** Sizes the ladder for a source: never larger than it, its display aspect kept, even sides. Names are unique. */
export function selectLadder(
  input: Pick<TranscodeInput, 'ladder'> & { readonly video: Pick<VideoSettings, 'codec' | 'rateControl'> },
  source: Size,
  frameRate: number,
): { readonly rungs: readonly Rung[]; readonly warnings: readonly string[] } {
  const requests = requestsOf(input.ladder, source);
  const rungs: Rung[] = [];
  const warnings: string[] = [];
  for (const request of requests) {
    const { size, reduced } = fit(request, source);
    const name = request.name ?? `${Math.min(size.width, size.height)}p`;
    if (rungs.some((rung) => rung.width === size.width && rung.height === size.height && request.name === undefined)) {
      warnings.push(`A second rendition of ${size.width}x${size.height} was left out.`);
      continue;
    }
    if (rungs.some((rung) => rung.name === name)) {
      throw new TranscodeFailure({
        reason: 'rendition-name-repeated',
        message: `Two renditions are named \`${name}\``,
        hint: 'Give each rendition its own name.',
        recovery: 'fix-request',
      });
    }
    if (reduced) warnings.push(`Rendition ${name} is ${size.width}x${size.height}: the source has no more.`);
    const maxBitrate = request.videoBitrate ?? defaultBitrate(size, frameRate, input.video.codec);
    const asked = request.rateControl ?? input.video.rateControl ?? { mode: 'crf' as const, maxBitrate };
    const limited = asked.mode === 'crf' && request.videoBitrate !== undefined ? { ...asked, maxBitrate } : asked;
    const rateControl = resolveRateControl(limited, input.video.codec);
    rungs.push({ name, ...size, rateControl });
  }
  return { rungs, warnings };
}

/** Bits that a codec needs for what h264 does with one. */
const SHARES: Readonly<Record<VideoCodec, number>> = { h264: 1, hevc: 0.65, vp9: 0.7, av1: 0.5 };

/** Bits a second that suit a codec at a size: of h264 5 Mb/s at 1080p30, and less than in proportion as pixels grow. */
export function defaultBitrate({ width, height }: Size, frameRate: number, codec: VideoCodec = 'h264'): number {
  const bits = 5_000_000 * ((width * height * Math.max(1, frameRate / 30)) / (1920 * 1080)) ** 0.75 * SHARES[codec];
  return Math.max(100_000, Math.round(bits / 50_000) * 50_000);
}

function requestsOf(ladder: TranscodeInput['ladder'], source: Size): readonly RenditionRequest[] {
  if (ladder === 'none') return [];
  if (ladder === 'auto' || ladder === 'per-title') return autoLadder(source);
  return 'kind' in ladder ? (ladder.renditions ?? autoLadder(source)) : ladder;
}

function autoLadder(source: Size): RenditionRequest[] {
  const short = Math.min(source.width, source.height);
  const sides = AUTO.filter((side) => side <= short);
  const best = sides[0];
  // A source between two rungs keeps its own size on top.
  if (best === undefined || (best < 1080 && short > best * 1.1)) sides.unshift(short);
  const side = source.width >= source.height ? 'height' : 'width';
  return sides.map((pixels) => ({ [side]: pixels }));
}

/** The largest size of the source's aspect inside what is asked and inside the source. */
function fit(request: RenditionRequest, source: Size): { size: Size; reduced: boolean } {
  const byWidth = request.width === undefined ? Number.POSITIVE_INFINITY : request.width / source.width;
  const byHeight = request.height === undefined ? Number.POSITIVE_INFINITY : request.height / source.height;
  const asked = Math.min(byWidth, byHeight);
  const scale = Math.min(1, asked);
  const largest = { width: floorEven(source.width), height: floorEven(source.height) };
  return {
    size: {
      width: Math.min(largest.width, roundEven(source.width * scale)),
      height: Math.min(largest.height, roundEven(source.height * scale)),
    },
    reduced: asked > 1 && Number.isFinite(asked),
  };
}

const roundEven = (pixels: number) => Math.max(2, Math.round(pixels / 2) * 2);
const floorEven = (pixels: number) => Math.max(2, Math.floor(pixels / 2) * 2);
