import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apply, gamutMatrix, type Triple } from './colour-gamut.ts';
import { toHighRange, toneMap } from './tone-map.ts';
import { hlgToScene, lightToPq, pqToLight, sceneToHlg } from './transfer-curves.ts';
import { writeCube } from './write-cube.ts';

const grey = (value: number): Triple => [value, value, value];
const unit = fc.double({ min: 0, max: 1, noNaN: true });

describe('light', () => {
  it('has the values of the standards', () => {
    // ITU-R BT.2408 table 1: 203 cd/m² is 58 % of PQ and 75 % of HLG.
    expect(lightToPq(203)).toBeCloseTo(0.58, 2);
    expect(lightToPq(10_000)).toBeCloseTo(1, 9);
    expect(1000 * hlgToScene(0.75) ** 1.2).toBeCloseTo(203, 0);
  });

  it('comes back from each curve', () => {
    fc.assert(
      fc.property(unit, (signal) => {
        expect(lightToPq(pqToLight(signal))).toBeCloseTo(signal, 5);
        expect(sceneToHlg(hlgToScene(signal))).toBeCloseTo(signal, 6);
      }),
    );
  });

  it('knows the matrix from BT.2020 to BT.709', () => {
    // ITU-R BT.2087.
    const [first] = gamutMatrix('bt2020', 'bt709');
    expect(first.map((value) => Number(value.toFixed(4)))).toEqual([1.6605, -0.5876, -0.0728]);
    for (const value of apply(gamutMatrix('bt2020', 'bt709'), grey(1))) expect(value).toBeCloseTo(1, 6);
  });
});

describe('toneMap', () => {
  const pq = toneMap({ range: 'pq', primaries: 'bt2020', peak: 1000 });
  const hlg = toneMap({ range: 'hlg', primaries: 'bt2020', peak: 1000 });

  it('keeps dark light, puts white at 85 %, and the peak at the top', () => {
    expect(pq(grey(0))[0]).toBeCloseTo(0, 4);
    for (const light of [1, 10, 50]) expect(pq(grey(lightToPq(light)))[0]).toBeCloseTo((light / 203) ** (1 / 2.4), 4);
    expect(pq(grey(lightToPq(203)))[0]).toBeCloseTo(0.85, 2);
    expect(pq(grey(lightToPq(1000)))[0]).toBeCloseTo(1, 4);
    expect(pq(grey(1))[0]).toBe(1);
  });

  it('shows HLG as it shows the same light in PQ', () => {
    fc.assert(
      fc.property(unit, (signal) => {
        const light = 1000 * hlgToScene(signal) ** 1.2;
        expect(hlg(grey(signal))[0]).toBeCloseTo(pq(grey(lightToPq(light)))[0], 3);
      }),
    );
  });

  it('never turns brighter into darker, and never leaves 0 to 1', () => {
    fc.assert(
      fc.property(unit, unit, unit, unit, (red, green, blue, other) => {
        for (const value of pq([red, green, blue])) expect(value >= 0 && value <= 1).toBe(true);
        const [low, high] = red < other ? [red, other] : [other, red];
        expect(pq(grey(low))[0]).toBeLessThanOrEqual(pq(grey(high))[0] + 1e-9);
      }),
    );
  });

  it('is undone for what is laid over a picture, up to where highlights are pressed', () => {
    for (const range of ['pq', 'hlg'] as const) {
      const there = toHighRange(range, 'bt2020');
      const back = toneMap({ range, primaries: 'bt2020', peak: 1000 });
      for (const colour of [grey(0.5), [0.5, 0.1, 0.3], [0.1, 0.5, 0.2]] as Triple[])
        for (const [at, value] of back(there(colour)).entries()) expect(value).toBeCloseTo(colour[at] as number, 3);
    }
  });
});

it('writes a table with red fastest', () => {
  const lines = writeCube(([red, green, blue]) => [red, green / 2, blue / 4]).split('\n');
  expect(lines.length).toBe(33 ** 3 + 2);
  expect([lines[0], lines[1], lines[2], lines[34]]).toEqual([
    'LUT_3D_SIZE 33',
    '0.00000 0.00000 0.00000',
    '0.03125 0.00000 0.00000',
    '0.00000 0.01563 0.00000',
  ]);
});
