import { cardScaler, deviceArguments, uploadFilters } from '../plan/device-arguments.ts';
import type { EncodeRequest, Encoder } from '../plan/encoders/encoder.ts';

/** What is encoded for a test: small, but no smaller than any card takes. */
export interface TestPicture {
  readonly width: number;
  readonly height: number;
  readonly frames: number;
}

/** Arguments that encode a moving test picture with the very options of a job, and throw the result away, or write it as MP4. */
export function testArguments(encoder: Encoder, picture: TestPicture, path?: string): string[] {
  const { width, height, frames } = picture;
  return [
    ...['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'level+error'],
    ...deviceArguments(encoder.family, 'memory'),
    ...['-f', 'lavfi', '-i', `testsrc2=size=${width}x${height}:rate=25`, '-frames:v', String(frames)],
    ...[
      '-vf',
      ['format=yuv420p', ...uploadFilters(encoder.family, 8)].join(','),
      '-c:v',
      encoder.name,
      ...encoder.arguments(REQUEST),
    ],
    ...(path === undefined ? ['-f', 'null', '-'] : ['-y', '-f', 'mp4', `file:${path}`]),
  ];
}

/**
 * Arguments that decode, scale and encode a video whose pictures never leave the card, and throw the result away. `path` is a file that this
 * very encoder made.
 */
export function cardTestArguments(encoder: Encoder, path: string): string[] {
  const scaler = cardScaler(encoder.family, { width: 256, height: 144 });
  if (scaler === undefined) throw new TypeError(`no filter scales on the card of ${encoder.name}`);
  return [
    ...['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'level+error'],
    ...deviceArguments(encoder.family, 'card'),
    ...['-protocol_whitelist', 'file', '-f', 'mp4', '-i', `file:${path}`],
    ...['-vf', scaler, '-c:v', encoder.name, ...encoder.arguments(REQUEST), '-f', 'null', '-'],
  ];
}

/** Arguments that open as many encoders at once as a card may have sessions for. */
export function sessionTestArguments(encoder: Encoder, sessions: number): string[] {
  const upload = ['format=yuv420p', ...uploadFilters(encoder.family, 8)].join(',');
  const labels = Array.from({ length: sessions }, (_, at) => `[v${at}]`);
  const graph = `testsrc2=size=256x144:rate=25,${upload},split=${sessions}${labels.join('')}`;
  return [
    ...['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'level+error'],
    ...[...deviceArguments(encoder.family, 'memory'), '-filter_complex', graph],
    ...labels.flatMap((label) => [
      ...['-map', label, '-frames:v', '1', '-c:v', encoder.name, ...encoder.arguments(REQUEST)],
      ...['-f', 'null', '-'],
    ]),
  ];
}

const REQUEST: EncodeRequest = {
  preset: 'veryfast',
  bitDepth: 8,
  rateControl: { mode: 'crf', crf: 30, maxBitrate: 2_000_000 },
  keyframeFrames: 50,
};
