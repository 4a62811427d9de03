import { join } from 'node:path';
import { createGateway, staticSource } from '@byoc/core/gateway';
import { type GenerateInput, generate } from '@byoc/plugin-diffusion';
import { hashDistance, perceptualHash } from '../packages/plugin-diffusion/src/image/perceptual-hash.ts';
import { createNoise } from '../packages/plugin-diffusion/src/pipeline/create-noise.ts';
import { cpuSeconds } from './support/cpu-seconds.ts';
import { openLab } from './support/open-lab.ts';
import { openOnnxLoop } from './support/open-onnx-loop.ts';
import { openPythonDiffusion } from './support/open-python-diffusion.ts';
import { residentBytes } from './support/resident-memory.ts';
import { median, report } from './support/statistics.ts';
import { workerOf } from './support/worker-of.ts';

/**
 * The built-in image model, whose steps of some 20 ms are the hardest case for what carries them: through gateway, orchestrator and worker
 * against a bare loop over ONNX Runtime; with previews against without; four jobs at once against one after the other; memory over many jobs.
 * All take turns. BYOC_BENCH_ROUNDS (7) and BYOC_BENCH_JOBS (500) make it shorter. Where BYOC_PYTHON names a Python with `onnxruntime` and `numpy`,
 * a whole job is held against the same picture drawn there.
 */
const rounds = Number(process.env['BYOC_BENCH_ROUNDS'] ?? 7);
const jobs = Number(process.env['BYOC_BENCH_JOBS'] ?? 500);
const STEPS = 40;
const PROMPT = 'a red circle above a blue square';

const plugin = join(import.meta.dirname, '../packages/plugin-diffusion');
await using lab = await openLab({ plugins: [plugin], environment: { BYOC_DIFFUSION_PROVIDERS: 'cpu' } });
await using gateway = createGateway({ sources: [staticSource([lab.url])] });
await gateway.ready();
await using loop = openOnnxLoop(plugin);
const worker = await workerOf(lab.orchestratorPid);

interface Ran {
  /** From the first step to the last, ms. */
  readonly betweenMs: number;
  readonly ms: number;
  /** Of the worker, or of the loop's process. */
  readonly cpuMs: number;
}

async function timed(work: () => Promise<number>, pid = worker): Promise<Ran> {
  const [cpuBefore, startedAt] = [await cpuSeconds(pid), performance.now()];
  const betweenMs = await work();
  return { betweenMs, ms: performance.now() - startedAt, cpuMs: ((await cpuSeconds(pid)) - cpuBefore) * 1000 };
}

async function draw(more: Partial<GenerateInput> = {}): Promise<number> {
  const job = gateway.run(generate, { prompt: PROMPT, steps: STEPS, seed: 1, ...more });
  let [firstAt, lastAt] = [0, 0];
  for await (const frame of job) {
    if (frame.type !== 'event') continue;
    lastAt = performance.now();
    firstAt ||= lastAt;
  }
  await job.result;
  return lastAt - firstAt;
}

const kinds = {
  loop: () => timed(() => loop.run(STEPS - 1), process.pid),
  plain: () => timed(() => draw()),
  previews: () => timed(() => draw({ previews: { everySteps: 1, size: 128 } })),
  inTurn: () =>
    timed(async () => {
      for (let seed = 0; seed < 4; seed += 1) await draw({ seed });
      return 0;
    }),
  together: () =>
    timed(async () => {
      await Promise.all([0, 1, 2, 3].map((seed) => draw({ seed })));
      return 0;
    }),
};
const runs: Record<keyof typeof kinds, Ran[]> = { loop: [], plain: [], previews: [], inTurn: [], together: [] };
for (const run of Object.values(kinds)) await run();
for (let round = 0; round < rounds; round += 1)
  for (const [kind, run] of Object.entries(kinds) as [keyof typeof kinds, () => Promise<Ran>][])
    runs[kind].push(await run());

const ratio = (of: keyof typeof kinds, to: keyof typeof kinds, field: keyof Ran, toField: keyof Ran = field) =>
  median(runs[of].map((run, round) => run[field] / (runs[to][round] as Ran)[toField]));
for (const [kind, ran] of Object.entries(runs))
  console.log(
    `${kind}: ${median(ran.map(({ ms }) => ms)).toFixed(0)} ms, ${median(ran.map(({ cpuMs }) => cpuMs)).toFixed(0)} ms of CPU`,
  );
const speed = 1 / ratio('plain', 'loop', 'betweenMs');
report('steps a second, through / a bare loop', speed.toFixed(3), '≥ 0.97', speed >= 0.97);
console.log(`        CPU time of a whole job's worker / of the loop: ${ratio('plain', 'loop', 'cpuMs').toFixed(3)}`);
const previews = ratio('previews', 'plain', 'betweenMs');
report('a preview each step / none', previews.toFixed(3), '≤ 1.03', previews <= 1.03);
console.log(`        CPU time of the worker: ${ratio('previews', 'plain', 'cpuMs').toFixed(3)}`);
const batch = ratio('inTurn', 'together', 'ms');
report('four one after the other / four at once', batch.toFixed(2), '≥ 1.3', batch >= 1.3);
console.log(`        CPU time of the worker: ${ratio('inTurn', 'together', 'cpuMs').toFixed(2)}`);

const python = process.env['BYOC_PYTHON'];
if (python === undefined) console.log('skipped: Python, as BYOC_PYTHON names none with onnxruntime and numpy');
else await comparePython(python);

const settled = Math.floor(jobs / 5);
let before = 0;
for (let index = 0; index < jobs; index += 1) {
  await draw({ steps: 2, seed: index });
  if (index === settled) before = await residentBytes(worker);
}
const after = await residentBytes(worker);
const grown = after / before;
const mebibytes = (bytes: number) => `${Math.round(bytes / 1024 ** 2)} MiB`;
console.log(`worker after ${settled} jobs ${mebibytes(before)}, after ${jobs} ${mebibytes(after)}`);
report(`memory after ${jobs} jobs / after ${settled}`, grown.toFixed(3), '≤ 1.05', grown <= 1.05);

/** A whole job through gateway, orchestrator and worker, its PNG included, against prompt to pixels in Python: same noise, steps and threads. */
async function comparePython(command: string): Promise<void> {
  const model = join(plugin, 'model');
  await using alone = openPythonDiffusion(command, { model, threads: 1 });
  const noise = createNoise(1)(16 * 8 * 8);
  const job = { prompt: PROMPT, steps: STEPS, guidance: 2, noise };
  const { pixels } = await alone.draw(job);
  const { output } = await gateway.run(generate, { prompt: PROMPT, steps: STEPS, seed: 1 }).result;
  const hash = await perceptualHash({ width: 128, height: 128, pixels });
  console.log(
    `Python's picture: ${hashDistance(hash, output.images[0]?.perceptualHash ?? '0')} of 64 bits of its looks differ`,
  );
  const ratios: { clock: number; cpu: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const ours = await timed(() => draw());
    const theirs = await timed(async () => (await alone.draw(job)).ms, alone.pid);
    ratios.push({ clock: ours.ms / theirs.betweenMs, cpu: ours.cpuMs / theirs.cpuMs });
  }
  const clock = median(ratios.map((one) => one.clock));
  report('a whole job / the same picture in Python', clock.toFixed(3), '≤ 1.1', clock <= 1.1);
  console.log(`        CPU time of the worker / of Python: ${median(ratios.map(({ cpu }) => cpu)).toFixed(3)}`);
}
