import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseRates, chosenRung, type TriedRung } from './choose-rates.ts';

const rung = (height: number) => ({
  name: `${height}p`,
  width: (height * 16) / 9,
  height,
  rateControl: { mode: 'crf' as const, crf: 23 },
});
const tried = (
  height: number,
  curve: readonly [crf: number, bitrate: number, score: number][],
  maxBitrate = 1e8,
): TriedRung => ({
  rung: rung(height),
  trials: curve.map(([crf, bitrate, score]) => ({ crf, bitrate, score })),
  maxBitrate,
});

describe('chooseRates', () => {
  it('takes the least bits that reach the target, between the trials', () => {
    const [one] = chooseRates(
      [
        tried(720, [
          [18, 4_000_000, 98],
          [26, 1_000_000, 94],
          [34, 250_000, 84],
        ]),
      ],
      89,
    );
    expect(one?.chosen).toEqual({ crf: 30, bitrate: 500_000, score: 89, reached: true });
  });

  it('takes no more bits than allowed, and says what is missed', () => {
    const [one] = chooseRates(
      [
        tried(
          720,
          [
            [18, 4_000_000, 80],
            [26, 1_000_000, 70],
            [34, 250_000, 50],
          ],
          500_000,
        ),
      ],
      93,
    );
    expect(one?.chosen).toEqual({ crf: 30, bitrate: 500_000, score: 60, reached: false });
  });

  it('drops sizes that save too little', () => {
    const choices = chooseRates(
      [
        tried(1080, [
          [18, 1_000_000, 90],
          [34, 1_000_000, 90],
        ]),
        tried(720, [
          [18, 800_000, 90],
          [34, 800_000, 90],
        ]),
        tried(480, [
          [18, 120_000, 90],
          [34, 120_000, 90],
        ]),
        tried(360, [
          [18, 50_000, 90],
          [34, 50_000, 90],
        ]),
      ],
      90,
    );
    expect(choices.map(({ name, dropped }) => [name, dropped])).toEqual([
      ['1080p', undefined],
      ['720p', 'it needs 800 kb/s, hardly less than the 1000 kb/s of 1080p'],
      ['480p', undefined],
      ['360p', '480p needs only 120 kb/s'],
    ]);
  });

  it('encodes in the mode that was asked for', () => {
    const [choice] = chooseRates(
      [
        tried(720, [
          [18, 4_000_000, 98],
          [34, 250_000, 84],
        ]),
      ],
      84,
    );
    if (choice === undefined) throw new Error('nothing was chosen');
    const of = (rateControl: Parameters<typeof chosenRung>[0]['rateControl']) =>
      chosenRung({ ...rung(720), rateControl }, choice, 1e7).rateControl;
    expect([
      of({ mode: 'crf', crf: 23 }),
      of({ mode: 'vbr', bitrate: 1, maxBitrate: 1 }),
      of({ mode: 'cbr', bitrate: 1 }),
    ]).toEqual([
      { mode: 'crf', crf: 34, maxBitrate: 375_000 },
      { mode: 'vbr', bitrate: 250_000, maxBitrate: 375_000 },
      { mode: 'cbr', bitrate: 250_000 },
    ]);
  });

  it('stays within the trials and the bits allowed, keeps the largest size, and says the truth about the target', () => {
    const step = fc.tuple(fc.double({ min: 1.1, max: 8, noNaN: true }), fc.double({ min: 0, max: 20, noNaN: true }));
    const curve = fc
      .tuple(fc.integer({ min: 20_000, max: 20_000_000 }), fc.array(step, { minLength: 1, maxLength: 3 }))
      .map(([top, steps]) => {
        let [bitrate, score] = [top, 100];
        return [
          [18, bitrate, score] as [number, number, number],
          ...steps.map(([factor, loss], at): [number, number, number] => {
            bitrate = Math.max(1000, Math.round(bitrate / factor));
            score -= loss;
            return [18 + 8 * (at + 1), bitrate, score];
          }),
        ];
      });
    fc.assert(
      fc.property(
        fc.array(curve, { minLength: 1, maxLength: 4 }),
        fc.double({ min: 30, max: 100, noNaN: true }),
        fc.integer({ min: 50_000, max: 10_000_000 }),
        (curves, target, most) => {
          const choices = chooseRates(
            curves.map((one, at) => tried(1080 - 180 * at, one, most)),
            target,
          );
          expect(choices[0]?.dropped).toBeUndefined();
          for (const { trials, chosen } of choices) {
            expect(chosen.bitrate).toBeLessThanOrEqual(most);
            expect(chosen.crf).toBeGreaterThanOrEqual(trials[0]?.crf ?? 0);
            expect(chosen.crf).toBeLessThanOrEqual(trials.at(-1)?.crf ?? 0);
            expect(chosen.reached).toBe(chosen.score >= Number(target.toFixed(4)));
          }
        },
      ),
    );
  });
});
