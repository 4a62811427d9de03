import { expect, it } from 'vitest';
import { joinQuality } from './join-quality.ts';

it('weighs the error of each piece by its frames', () => {
  expect(
    joinQuality([
      { frames: 100, psnr: 40, ssim: 0.9, vmaf: 90 },
      { frames: 300, psnr: 40, ssim: 0.98, vmaf: 98 },
    ]),
  ).toEqual({
    psnr: 40,
    ssim: 0.96,
    vmaf: 96,
  });
  // Half of it without an error: half the error, 3 dB.
  expect(
    joinQuality([
      { frames: 5, psnr: 40 },
      { frames: 5, psnr: 100 },
    ]),
  ).toEqual({ psnr: 43.01 });
});

it('says nothing of what was not measured everywhere', () => {
  expect(joinQuality([{ frames: 1, psnr: 40 }, { frames: 1 }])).toEqual({});
});
