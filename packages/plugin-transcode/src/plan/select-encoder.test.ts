import { expect, it } from 'vitest';
import { ENCODERS } from './encoders/encoders.ts';
import type { Encoding } from './encoding.ts';
import { selectEncoder } from './select-encoder.ts';

const named = (...names: string[]): Encoding => ({
  encoders: ENCODERS.filter(({ name }) => names.includes(name)),
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
    refusal(() =>
      selectEncoder({ encoders: [], problems: {}, others: [] }, { codec: 'vp9', mode: 'crf', bitDepth: 8 }),
    ),
  ]).toMatchInlineSnapshot();
});
