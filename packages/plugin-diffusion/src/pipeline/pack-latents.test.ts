import { expect, it } from 'vitest';
import { packLatents, unpackLatents } from './pack-latents.ts';

const shape = { channels: 2, width: 4, height: 2 };
const latents = Float32Array.from({ length: 16 }, (_, at) => at);

it('lays 2 × 2 latents of every channel side by side, as diffusers does', () => {
  expect([...packLatents(latents, shape)]).toEqual([0, 1, 4, 5, 8, 9, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15]);
});

it('gives them back as they were', () => {
  expect(unpackLatents(packLatents(latents, shape), shape)).toEqual(latents);
});
