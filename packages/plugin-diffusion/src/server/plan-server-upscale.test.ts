import { describe, expect, it } from 'vitest';
import { planServerUpscale } from './plan-server-upscale.ts';

const plan = (scale: number | undefined, width: number, height: number) =>
  planServerUpscale(scale === undefined ? {} : { scale }, { width, height }, { scale: 4 });

describe('what a server is asked for to enlarge a picture', () => {
  it('is what the upscaler does by itself, with nothing to round', () => {
    expect(plan(undefined, 101, 64)).toEqual({
      ...{ scale: 4, times: 4, width: 404, height: 256, changes: [], chargedPixels: 404 * 256 },
      ...{ sent: { width: 102, height: 64 }, made: { width: 408, height: 256 } },
    });
  });

  it.each([
    [1, 7, 8],
    [1.1, 33, 64],
    [1.5, 17, 32],
    [2, 5, 8],
    [3, 9, 16],
    [3.0001, 65, 128],
    [16, 3, 3],
  ])('comes back whole at %d times', (scale, side, sentSide) => {
    const { sent, made, times, changes } = plan(scale, side, side);
    expect(sent.width).toBe(sentSide);
    expect([made.width % 8, made.width]).toEqual([0, sentSide * times]);
    expect(times).toBeGreaterThanOrEqual(Math.min(scale, 8));
    expect(changes).toMatchObject([{ kind: 'adjusted', field: 'scale' }]);
  });

  it('charges no pixels that no server makes', () => {
    expect(plan(16, 100, 50)).toMatchObject({ width: 1600, height: 800, times: 8, chargedPixels: 800 * 400 });
  });
});
