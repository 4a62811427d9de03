import { expect, it } from 'vitest';
import { parseFieldScan } from './parse-field-scan.ts';

const lines = (fields: number) => `
[Parsed_idet_0 @ 0x1] Repeated Fields: Neither:    ${fields} Top:     3 Bottom:     4
[Parsed_idet_0 @ 0x1] Single frame detection: TFF:    ${fields} BFF:     0 Progressive:     0 Undetermined:     0
[Parsed_idet_0 @ 0x1] Multi frame detection: TFF:    ${fields} BFF:     1 Progressive:     2 Undetermined:     5`;

it('reads what idet counted, by the last of its reports', () => {
  const expected = { topFirst: 60, bottomFirst: 1, progressive: 2, repeated: 7, pictures: 68 };
  expect(parseFieldScan(lines(60))).toEqual(expected);
  expect(parseFieldScan(`${lines(0)}${lines(60)}`)).toEqual(expected);
  expect(parseFieldScan('nothing of it')).toBeUndefined();
});
