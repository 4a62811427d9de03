import { expect, it } from 'vitest';
import { ENCODERS } from './encoders/encoders.ts';
import type { Encoding } from './encoding.ts';
import { selectEncoder } from './select-encoder.ts';

const named = (...names: string[]): Encoding => ({
  encoders: ENCODERS.filter(({ name }) => names.includes(name)),
  frames: 'memory',
  sessions: 0,
  problems: {},
  others: ENCODERS.filter(({ name }) => name === 'libx264'),
});
const refusal = (work: () => unknown) => {
  try {
    return work();
  } catch (error) {
    return (error as Error).message;
  }
};

it('takes the first encoder that can do what is asked', () => {
  const available = named('libsvtav1', 'libaom-av1');
  const pick = (mode: 'crf' | 'vbr' | 'cbr') => selectEncoder(available, { codec: 'av1', mode, bitDepth: 8 }).name;
  expect([pick('crf'), pick('vbr'), pick('cbr')]).toEqual(['libsvtav1', 'libsvtav1', 'libaom-av1']);
});

it('names the encoders that would do, why they can not, and those that there are', () => {
  const encoding = { ...named('libsvtav1'), problems: { 'libaom-av1': 'it is experimental' } };
  expect([
    refusal(() => selectEncoder(encoding, { codec: 'av1', mode: 'cbr', bitDepth: 8 })),
    refusal(() => selectEncoder(encoding, { codec: 'hevc', mode: 'crf', bitDepth: 10 })),
    refusal(() => selectEncoder({ ...encoding, encoders: [], others: [] }, { codec: 'vp9', mode: 'crf', bitDepth: 8 })),
  ]).toMatchInlineSnapshot(`
    [
      "Nothing here encodes av1 with cbr (libaom-av1: it is experimental); there is av1 (libsvtav1), h264 (libx264)",
      "Nothing here encodes hevc with crf in 10 bits (libx265: not in this ffmpeg); there is av1 (libsvtav1), h264 (libx264)",
      "Nothing here encodes vp9 with crf (libvpx-vp9: not in this ffmpeg); there is no encoder at all",
    ]
  `);
});
