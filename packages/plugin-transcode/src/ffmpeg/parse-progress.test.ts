import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createProgressParser } from './parse-progress.ts';

const text = 'frame=10\nfps=25.0\nspeed=1.5x\nprogress=continue\nframe=20\nfps=0.00\nspeed=N/A\nprogress=end\n';

it('reads the same reports however they are cut', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(text.length)), (cuts) => {
      const parse = createProgressParser();
      const edges = [0, ...cuts.sort((a, b) => a - b), text.length];
      const reports = edges.slice(1).flatMap((end, at) => parse(text.slice(edges[at], end)));
      expect(reports).toEqual([
        { frame: 10, fps: 25, speed: 1.5, ended: false },
        { frame: 20, fps: undefined, speed: undefined, ended: true },
      ]);
    }),
  );
});

it('survives any text', () => {
  fc.assert(fc.property(fc.string(), (noise) => void createProgressParser()(noise)));
});
