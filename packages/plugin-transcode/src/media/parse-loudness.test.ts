import { expect, it } from 'vitest';
import { parseLoudness } from './parse-loudness.ts';

const report = (loudness: string) => `[Parsed_loudnorm_0 @ 0x1]
{
  "input_i" : "${loudness}",
  "input_tp" : "-17.68",
  "input_lra" : "0.00",
  "input_thresh" : "-31.83",
  "normalization_type" : "dynamic"
}
`;

it('reads the last report', () => {
  expect(parseLoudness(`noise { } ${report('-21.83')}`)).toEqual({
    integrated: -21.83,
    truePeak: -17.68,
    range: 0,
    threshold: -31.83,
  });
});

it('knows silence, and texts without a report', () => {
  expect([parseLoudness(report('-inf')), parseLoudness(''), parseLoudness('{ not json }')]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});
