import { expect, it } from 'vitest';
import { ENCODERS } from './encoders/encoders.ts';
import { selectEncoder } from './select-encoder.ts';

const named = (...names: string[]) => ENCODERS.filter(({ name }) => names.includes(name));
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

it('names the encoders that would do, and those that there are', () => {
  const available = named('libx264', 'libsvtav1');
  expect([
    refusal(() => selectEncoder(available, { codec: 'av1', mode: 'cbr', bitDepth: 8 })),
    refusal(() => selectEncoder(available, { codec: 'hevc', mode: 'crf', bitDepth: 10 })),
    refusal(() => selectEncoder([], { codec: 'vp9', mode: 'crf', bitDepth: 8 })),
  ]).toMatchInlineSnapshot(`
    [
      "This ffmpeg has no encoder for av1 with cbr: libaom-av1 would do, and it has libx264 (h264), libsvtav1 (av1)",
      "This ffmpeg has no encoder for hevc with crf in 10 bits: libx265 would do, and it has libx264 (h264), libsvtav1 (av1)",
      "This ffmpeg has no encoder for vp9 with crf: libvpx-vp9 would do, and it has none",
    ]
  `);
});
