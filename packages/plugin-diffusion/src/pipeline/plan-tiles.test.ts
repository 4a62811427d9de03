import fc from 'fast-check';
import { expect, it } from 'vitest';
import { planTiles } from './plan-tiles.ts';

it('covers every place, and lets neighbours overlap', () => {
  const sides = fc.integer({ min: 1, max: 300 });
  fc.assert(
    fc.property(sides, sides, (width, height) => {
      const tiles = planTiles({ width, height, tile: { width: 64, height: 64 }, overlap: 16 });
      const columns = [...new Set(tiles.map(({ left }) => left))];
      let covered = 0;
      for (const [at, left] of columns.entries()) {
        expect(left).toBeLessThanOrEqual(at === 0 ? 0 : covered - 16);
        covered = left + Math.min(64, width);
      }
      expect(covered).toBe(width);
      for (const tile of tiles) expect(tile.top + tile.height).toBeLessThanOrEqual(height);
    }),
  );
});
