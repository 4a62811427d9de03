import { expect, it } from 'vitest';
import { placeSegment } from './live-timeline.ts';

const last = { endTicks: 270_000, sourceEndTicks: 900_000 };
const span = (startTicks: number) => ({ startTicks, durationTicks: 180_000, frameRate: 30 });
const normal = { missing: 0, segmentTicks: 180_000, discontinuity: false, wrapTicks: 2 ** 33 };

it.each([
  ['seamless where the clock goes on', span(900_000), {}, { startTicks: 270_000, jumped: false }],
  ['seamless where it is a little off', span(899_000), {}, { startTicks: 270_000, jumped: false }],
  ['with the hole of a lost picture', span(903_000), {}, { startTicks: 273_000, jumped: false }],
  ['with the hole of a lost segment', span(1_080_000), { missing: 1 }, { startTicks: 450_000, jumped: false }],
  ['with the hole of a segment whose end is missing', span(1_020_000), {}, { startTicks: 390_000, jumped: false }],
  ['without a hole after a jump', span(9_000_000), {}, { startTicks: 270_000, jumped: true }],
  ['after a jump back', span(0), {}, { startTicks: 270_000, jumped: true }],
  ['with room for what is missing after a jump', span(0), { missing: 2 }, { startTicks: 630_000, jumped: true }],
  ['as declared', span(900_000), { discontinuity: true }, { startTicks: 270_000, jumped: true }],
])('places a segment %s', (_, at, options, placed) => {
  expect(placeSegment(last, at, { ...normal, ...options })).toEqual(placed);
});

it('goes on where the clock of MPEG-TS starts again', () => {
  const before = { endTicks: 270_000, sourceEndTicks: 2 ** 33 + 10 };
  expect(placeSegment(before, span(10), normal)).toEqual({ startTicks: 270_000, jumped: false });
});
