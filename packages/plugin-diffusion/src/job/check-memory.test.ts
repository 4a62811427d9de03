import { describe, expect, it } from 'vitest';
import { memoryOfPicture, planMemory } from './check-memory.ts';

const stableDiffusion = { channels: 320, pixelsPerLatent: 8, attention: { halvings: 0, heads: 8 } };
const gigabytes = (bytes: number) => Number((bytes / 1024 ** 3).toFixed(1));

describe('the memory of a picture', () => {
  it('is about what Stable Diffusion 1.5 takes, which was measured', () => {
    // Peaks of 0.9 and 6.0 GB beside the model, with both prompts at once.
    expect(gigabytes(memoryOfPicture(stableDiffusion, { width: 256, height: 256 }, 2))).toBe(1.2);
    expect(gigabytes(memoryOfPicture(stableDiffusion, { width: 512, height: 512 }, 2))).toBe(5.9);
  });

  it('decides how both prompts are asked for', () => {
    const size = { width: 512, height: 512 };
    const plan = (gigabytesFree: number, isGuided = true) =>
      planMemory(stableDiffusion, size, { isGuided, availableBytes: gigabytesFree * 1024 ** 3 });
    expect([plan(6), plan(4), plan(4, false)]).toEqual([
      { isSequential: false },
      { isSequential: true },
      { isSequential: false },
    ]);
    expect(() => plan(2)).toThrow('A picture of 512 × 512 takes about 3072 MiB; 2048 MiB are free here');
  });
});
