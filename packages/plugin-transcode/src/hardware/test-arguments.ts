import type { Encoder } from '../plan/encoders/encoder.ts';
import { deviceArguments, uploadFilters } from './device-arguments.ts';

/** What is encoded for a test: small, but no smaller than any card takes. */
export interface TestPicture {
  readonly width: number;
  readonly height: number;
  readonly frames: number;
}

/** Arguments that encode a moving test picture with the very options of a job, and throw the result away. */
export function testArguments(encoder: Encoder, picture: TestPicture, renderDevice?: string): string[] {
  const { width, height, frames } = picture;
  const [bitDepth = 8] = encoder.bitDepths;
  const request = {
    preset: 'veryfast' as const,
    bitDepth,
    rateControl: { mode: 'crf' as const, crf: 30, maxBitrate: 2_000_000 },
    keyframeFrames: 50,
  };
  return [
    ...['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'level+error'],
    ...deviceArguments(encoder.family, renderDevice),
    ...['-f', 'lavfi', '-i', `testsrc2=size=${width}x${height}:rate=25`, '-frames:v', String(frames)],
    ...['-vf', uploadFilters(encoder.family, bitDepth).join(','), '-c:v', encoder.name, ...encoder.arguments(request)],
    ...['-f', 'null', '-'],
  ];
}
