import { expect, it } from 'vitest';
import { parseQuality } from './parse-quality.ts';

const text = `
[psnr@psnr0 @ 0x5581] PSNR y:41.20 u:44.01 v:44.11 average:41.92 min:39.10 max:47.00
[ssim@ssim0 @ 0x5582] SSIM Y:0.981234 (17.26) U:0.99 (20.00) V:0.99 (20.00) All:0.985512 (18.39)
[libvmaf@vmaf0 @ 0x5583] VMAF score: 95.104218
[psnr@psnr1 @ 0x5584] PSNR y:inf u:inf v:inf average:inf min:inf max:inf
`;

it('reads what each filter prints about each rendition', () => {
  expect(parseQuality(text, 2, ['psnr', 'ssim', 'vmaf'])).toEqual([
    { psnr: 41.92, ssim: 0.985512, vmaf: 95.104218 },
    { psnr: 100 },
  ]);
});
