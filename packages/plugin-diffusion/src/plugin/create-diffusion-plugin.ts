import { definePlugin, implement, type Plugin } from '@byoc/core';
import { generate } from '../capability/generate.ts';
import { upscale } from '../capability/upscale.ts';
import type { ImageEngine } from '../engine/image-engine.ts';
import { DEFAULT_LIMITS, type DiffusionLimits } from '../job/limits.ts';
import type { PictureMark } from '../job/picture-mark.ts';
import { runGenerate } from '../job/run-generate.ts';
import { runUpscale } from '../job/run-upscale.ts';
import { testEngine } from '../job/test-engine.ts';
import { describeEngine } from './describe-engine.ts';

/** What the plugin is made of. */
export interface DiffusionPluginOptions {
  /** Made when the worker starts. */
  readonly engine: () => Promise<ImageEngine>;
  /** What a job may be. @default 2048 × 2048, 16 pictures, 150 steps and others */
  readonly limits?: Partial<DiffusionLimits> | undefined;
  /** Whether image/upscale is in the manifest: to be false for engines that can't. @default true */
  readonly upscales?: boolean | undefined;
  /** What is put into the file of each picture that is made or enlarged, for example a C2PA manifest. @default nothing */
  readonly marks?: readonly PictureMark[] | undefined;
  /** Jobs at once, as the manifest says; the worker tells what the engine really has. @default 4 */
  readonly slots?: number | undefined;
}

/** Makes the plugin of image/generate and image/upscale, on an engine. */
export function createDiffusionPlugin(options: DiffusionPluginOptions): Plugin {
  const { marks } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  let running: ImageEngine | undefined;
  const engine = (): ImageEngine => {
    if (running === undefined) throw new Error('the engine has not started');
    return running;
  };
  const tools = () => ({ engine: engine(), limits, marks });
  const upscaling = implement(upscale, (context) => runUpscale(context, tools()));
  return definePlugin({
    manifest: {
      name: 'byoc/diffusion',
      version: '0.1.0',
      description: 'Makes pictures from words, and enlarges pictures, with models of your own.',
      license: 'MIT',
      concurrency: options.slots ?? 4,
      dockerfile: 'Dockerfile',
      command: ['node', 'dist/worker.js'],
      resources: { cpu: 2, memoryBytes: 2 * 1024 ** 3, pids: 256 },
    },
    implementations: [
      implement(generate, (context) => runGenerate(context, tools())),
      ...(options.upscales === false ? [] : [upscaling]),
    ],
    async setup({ signal, log, tmp, report }) {
      const started = await options.engine();
      running = started;
      await started.start({ signal, log, tmp, onChange: () => report(describeEngine(started)) });
      // Loads the default model and runs it once, so that the first job finds it warm.
      const { tookMs } = await testEngine(started, { signal, limits, isWarmUp: true });
      const described = describeEngine(started);
      return { ...described, details: { ...described.details, warmUpMs: tookMs, ...limits } };
    },
    async fitness({ signal }) {
      await testEngine(engine(), { signal, limits, isWarmUp: false });
    },
    async teardown() {
      await running?.close();
    },
  });
}
