import { expect, it } from 'vitest';
import { type OutputRequestOf, outputRequestSchema } from '../capability/output-request.ts';
import { planPreview } from './plan-preview.ts';
import { planThumbnails } from './plan-thumbnails.ts';
import { writeThumbnailTrack } from './write-thumbnail-track.ts';

const size = { width: 1920, height: 1080 };
const preview = (more: object = {}) =>
  outputRequestSchema.parse({ kind: 'preview', ...more }) as OutputRequestOf<'preview'>;
const thumbnails = (more: object) =>
  outputRequestSchema.parse({ kind: 'thumbnails', ...more }) as OutputRequestOf<'thumbnails'>;

it.each([
  [
    'spread over the whole',
    {},
    60,
    [
      [9.5, 10.5],
      [29.5, 30.5],
      [49.5, 50.5],
    ],
  ],
  ['of a short source, whole', {}, 2, [[0, 2]]],
  ['of one whose duration nobody knows, from the start', {}, undefined, [[0, 3]]],
  ['without gaps where they fill the source', { durationSeconds: 30, pieces: 2 }, 30, [[0, 30]]],
])('makes pieces %s', (_, more, seconds, pieces) => {
  const plan = planPreview(preview(more), size, seconds);
  expect(plan.pieces.map(({ startSeconds, endSeconds }) => [startSeconds, endSeconds])).toEqual(pieces);
  expect([plan.width, plan.height]).toEqual([320, 180]);
});

it('takes the picture that is on screen at each moment, once', () => {
  const plan = planThumbnails(thumbnails({ atSeconds: [3.99, 0, 4, 3.97] }), size, { seconds: 10, rate: 25 });
  expect(plan).toMatchObject({ when: { atSeconds: [0, 3.96, 4] }, columns: 1, rows: 1 });
  expect(writeThumbnailTrack(plan, ['a.jpg', 'b.jpg', 'c.jpg'], 10).text).toMatchInlineSnapshot(`
    "WEBVTT

    00:00:00.000 --> 00:00:03.960
    a.jpg#xywh=0,0,160,90

    00:00:03.960 --> 00:00:04.000
    b.jpg#xywh=0,0,160,90

    00:00:04.000 --> 00:00:10.000
    c.jpg#xywh=0,0,160,90
    "
  `);
  // The source was cut off.
  expect(writeThumbnailTrack(plan, ['a.jpg'], 2).pictures).toBe(1);
});

it.each([
  ['thumbnails-contradict', { atSeconds: [1], everySeconds: 1 }],
  ['thumbnail-outside-source', { atSeconds: [1, 10] }],
])('refuses as %s', (reason, more) => {
  expect(() => planThumbnails(thumbnails(more), size, { seconds: 10, rate: 25 })).toThrow(
    expect.objectContaining({ reason }),
  );
});
