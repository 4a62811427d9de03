import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createScheduler } from './create-scheduler.ts';
import { parseLenientJson } from './parse-lenient-json.ts';
import { parseSchedulerConfig } from './scheduler-config.ts';
import { SCHEDULER_NAMES, selectScheduler } from './select-scheduler.ts';

/** What diffusers' own classes did, step by step (make-scheduler-fixtures.py). */
interface Fixture {
  readonly name: string;
  readonly scheduler: string;
  readonly config: Record<string, unknown>;
  readonly options: { readonly eta?: number; readonly mu?: number; readonly flux?: boolean };
  readonly steps: number;
  readonly timesteps: readonly number[];
  readonly initNoiseSigma: number;
  readonly start: readonly number[];
  readonly rows: readonly { input: number[]; model: number[]; noise: number[][]; out: number[] }[];
}

const folder = join(import.meta.dirname, '../../fixtures/schedulers');
const fixtures = readdirSync(folder).map(
  (file) => parseLenientJson(readFileSync(join(folder, file), 'utf8')) as Fixture,
);
/** Of the largest number in a sample; the values are near 1 and go up to 4096. */
const TOLERANCE = 5e-5;

function open({ scheduler, config, steps, options }: Fixture) {
  const numbers = Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key, value === '-inf' ? Number.NEGATIVE_INFINITY : value]),
  );
  const { flux, ...others } = options;
  const sigmas = flux ? Array.from({ length: steps }, (_, at) => 1 - (at * (1 - 1 / steps)) / (steps - 1)) : undefined;
  return createScheduler(parseSchedulerConfig({ _class_name: scheduler, ...numbers }), { ...others, steps, sigmas });
}

function difference(got: ArrayLike<number>, wanted: ArrayLike<number>): number {
  const largest = Math.max(1, ...Array.from(wanted, Math.abs));
  return Math.max(...Array.from(wanted, (value, at) => Math.abs((got[at] as number) - value))) / largest;
}

it('has a fixture for each of the 33 configurations', () => {
  expect(fixtures).toHaveLength(33);
});

describe.each(fixtures.map((fixture) => [fixture.name, fixture] as const))('%s', (_name, fixture) => {
  const { rows, timesteps, initNoiseSigma } = fixture;

  it('stops where diffusers stops', () => {
    const scheduler = open(fixture);
    expect(scheduler.timesteps).toHaveLength(timesteps.length);
    // diffusers computes fractional timesteps in floats of 32 bits.
    scheduler.timesteps.forEach((timestep, at) => {
      expect(Math.abs(timestep - (timesteps[at] as number))).toBeLessThan(2e-4);
    });
    expect(Math.abs(scheduler.initNoiseSigma / initNoiseSigma - 1)).toBeLessThan(TOLERANCE);
  });

  it('gives what diffusers gives, each step from its own sample', () => {
    const scheduler = open(fixture);
    rows.forEach((row, index) => {
      const sample = new Float32Array(index === 0 ? fixture.start : (rows[index - 1]?.out ?? []));
      expect(difference(scheduler.scale(sample, index), row.input), `input of step ${index}`).toBeLessThan(TOLERANCE);
      const noise = () => new Float32Array(row.noise[0] ?? []);
      const next = scheduler.step({ index, model: new Float32Array(row.model), sample, noise });
      expect(difference(next, row.out), `step ${index}`).toBeLessThan(TOLERANCE);
    });
  });

  it('gives what diffusers gives, from start to end', () => {
    const scheduler = open(fixture);
    let sample: Float32Array = new Float32Array(fixture.start);
    rows.forEach((row, index) => {
      const noise = () => new Float32Array(row.noise[0] ?? []);
      sample = scheduler.step({ index, model: new Float32Array(row.model), sample, noise });
    });
    expect(difference(sample, rows.at(-1)?.out ?? [])).toBeLessThan(TOLERANCE);
  });
});

describe('createScheduler', () => {
  const ddim = { _class_name: 'DDIMScheduler' };

  it.each([
    [{ _class_name: 'KarrasVeScheduler' }, '_class_name', 'KarrasVeScheduler'],
    [{ ...ddim, beta_schedule: 'cubic' }, 'beta_schedule', 'cubic'],
    [{ ...ddim, timestep_spacing: 'sideways' }, 'timestep_spacing', 'sideways'],
    [{ ...ddim, prediction_type: 'x0' }, 'prediction_type', 'x0'],
    [{ ...ddim, prediction_type: 'flow_prediction' }, 'prediction_type', 'flow_prediction'],
    [{ ...ddim, thresholding: true }, 'thresholding', 'true'],
    [{ _class_name: 'EulerDiscreteScheduler', use_beta_sigmas: true }, 'use_beta_sigmas', 'true'],
    [{ _class_name: 'PNDMScheduler' }, 'skip_prk_steps', 'false'],
    [{ _class_name: 'FlowMatchEulerDiscreteScheduler', use_dynamic_shifting: true }, 'use_dynamic_shifting', 'true'],
    [{ _class_name: 'DPMSolverMultistepScheduler', algorithm_type: 'dpmsolver' }, 'final_sigmas_type', 'zero'],
  ])('refuses what it can not do, by name: %j', (config, setting, value) => {
    const zeros = () => new Float32Array(2);
    const run = () =>
      createScheduler(parseSchedulerConfig(config), { steps: 4 }).step({
        ...{ index: 0, model: zeros(), sample: zeros(), noise: zeros },
      });
    expect(run).toThrow(expect.objectContaining({ name: 'SchedulerRefusal', setting, value }));
  });

  it('refuses more steps than the model knows', () => {
    const lcm = parseSchedulerConfig({ _class_name: 'LCMScheduler' });
    expect(() => createScheduler(lcm, { steps: 51 })).toThrow('`steps` is `51`; known here: at most 50');
    expect(() => createScheduler(parseSchedulerConfig(ddim), { steps: 1001 })).toThrow('at most 1000');
  });

  it.each(['linear', 'scaled_linear', 'squaredcos_cap_v2', 'exp', 'sigmoid', 'laplace'])(
    'ends in numbers with the beta schedule %s',
    (beta_schedule) => {
      const scheduler = createScheduler(parseSchedulerConfig({ ...ddim, beta_schedule }), { steps: 3 });
      let sample: Float32Array = new Float32Array([1, -1]);
      for (let index = 0; index < 3; index += 1)
        sample = scheduler.step({ index, model: new Float32Array([0.5, -0.5]), sample, noise: () => sample });
      expect([...sample].every(Number.isFinite)).toBe(true);
    },
  );
});

describe('selectScheduler', () => {
  const own = parseSchedulerConfig({
    _class_name: 'DDIMScheduler',
    prediction_type: 'v_prediction',
    rescale_betas_zero_snr: true,
    timestep_spacing: 'trailing',
  });

  it('takes the model’s own where none is named', () => {
    expect(selectScheduler(own, undefined)).toBe(own);
  });

  it('keeps the noise schedule of the model under every name that fits', () => {
    for (const name of SCHEDULER_NAMES.filter((one) => one !== 'flow-euler')) {
      const { _class_name, prediction_type, rescale_betas_zero_snr } = selectScheduler(own, name);
      expect({ prediction_type, rescale_betas_zero_snr }).toEqual({
        prediction_type: 'v_prediction',
        rescale_betas_zero_snr: true,
      });
      expect(_class_name).toMatch(/Scheduler$/);
    }
  });

  it('refuses a name that is not known, and one that does not fit', () => {
    expect(() => selectScheduler(own, 'plms2')).toThrow('`scheduler` is `plms2`; known here: ddim, ddpm');
    expect(() => selectScheduler(own, 'flow-euler')).toThrow('with this model');
  });
});

describe('parseLenientJson', () => {
  it('reads the numbers that Python writes, and leaves strings alone', () => {
    const text = '{"a": -Infinity, "b": [NaN, Infinity], "c": "NaN \\" -Infinity", "d": 1.5e3}';
    expect(parseLenientJson(text)).toEqual({
      a: Number.NEGATIVE_INFINITY,
      b: [Number.NaN, Number.POSITIVE_INFINITY],
      c: 'NaN " -Infinity',
      d: 1500,
    });
    expect(() => parseLenientJson('{"a": }')).toThrow(SyntaxError);
  });
});
