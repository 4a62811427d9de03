import { describe, expect, it } from 'vitest';
import { nameSampler } from './name-sampler.ts';

const a1111 = { samplers: ['DPM++ 2M', 'DPM++ SDE', 'Euler a', 'UniPC'], schedules: ['Automatic', 'Karras'] };
const older = { samplers: ['Euler a', 'DPM++ 2M', 'DPM++ 2M Karras'], schedules: undefined };
const comfy = { samplers: ['euler', 'dpmpp_2m', 'uni_pc'], schedules: ['normal', 'karras'] };
const sdServer = {
  samplers: ['default', 'euler', 'euler_a', 'dpm++2m', 'ddim_trailing'],
  schedules: ['default', 'karras'],
};

describe('the sampler of a server', () => {
  it.each([
    ['dpm++-2m-karras', a1111, 'DPM++ 2M', 'Karras'],
    ['dpm++-2m-karras', older, 'DPM++ 2M Karras', undefined],
    ['dpm++-2m-karras', comfy, 'dpmpp_2m', 'karras'],
    ['dpm++-2m-karras', sdServer, 'dpm++2m', 'karras'],
    ['euler-ancestral', a1111, 'Euler a', undefined],
    ['euler-ancestral', sdServer, 'euler_a', undefined],
    ['ddim', sdServer, 'ddim_trailing', undefined],
    ['unipc', comfy, 'uni_pc', undefined],
    // The server's own names do as well.
    ['dpm++ sde', a1111, 'DPM++ SDE', undefined],
    // Nothing is known of what it has.
    ['euler', { samplers: undefined, schedules: undefined }, 'euler', undefined],
  ])('for %s', (scheduler, facts, name, schedule) => {
    expect(nameSampler(scheduler, facts)).toEqual({ name, schedule });
  });

  it('is its own where none is asked for, and is refused where it has none', () => {
    expect(nameSampler(undefined, comfy)).toBeUndefined();
    expect(() => nameSampler('tcd', comfy)).toThrow('The image server has no `tcd`; it has: euler, dpm++-2m, unipc');
    expect(() => nameSampler('euler-karras', older)).toThrow('has no `euler-karras`');
  });
});
