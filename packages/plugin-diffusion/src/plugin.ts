import { totalmem } from 'node:os';
import { availableMemory, constrainedMemory } from 'node:process';
import { definePlugin, implement, type Plugin } from '@byoc/core';
import { builtinPath } from './builtin-path.ts';
import { generate } from './capability/generate.ts';
import { type DiffusionLimits, parseLimits } from './job/limits.ts';
import { runGenerate } from './job/run-generate.ts';
import { testGenerate } from './job/test-generate.ts';
import { openStudio } from './studio/open-studio.ts';
import type { Studio } from './studio/studio.ts';

/** How the plugin runs here. */
export interface DiffusionPluginOptions {
  /** Folder of a model in diffusers' ONNX layout, or of several. @default BYOC_DIFFUSION_MODELS, then the built-in model alone */
  readonly modelsPath?: string | undefined;
  /** What a job takes that names none. @default BYOC_DIFFUSION_MODEL, then the first in the folder, then the built-in one */
  readonly defaultModel?: string | undefined;
  /** What runs networks, best first, for example `cuda`. The first that really computes is taken. @default BYOC_DIFFUSION_PROVIDERS, then what the platform may have, then cpu */
  readonly providers?: readonly string[] | undefined;
  /** What a job may be. @default 2048 × 2048, 16 pictures, 150 steps and others */
  readonly limits?: Partial<DiffusionLimits> | undefined;
  /** Where settings are read from that are left out above, for example process.env. Read at `setup`. @default none */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
  /** Bytes of memory that can be had now. @default what the system, or the container, says */
  readonly availableBytes?: (() => number) | undefined;
}

/** Makes the plugin of image/generate. */
export function createDiffusionPlugin(options: DiffusionPluginOptions = {}): Plugin {
  const environment = options.environment ?? {};
  const readLimits = () => ({ ...parseLimits(environment, memoryBytes()), ...options.limits });
  let opened: Promise<Studio> | undefined;
  const studio = (signal: AbortSignal) => {
    opened ??= openStudio({
      modelsPath: options.modelsPath ?? nonEmpty(environment['BYOC_DIFFUSION_MODELS']),
      defaultModel: options.defaultModel ?? nonEmpty(environment['BYOC_DIFFUSION_MODEL']),
      providers: options.providers ?? nonEmpty(environment['BYOC_DIFFUSION_PROVIDERS'])?.split(','),
      threads: readThreads(environment),
      maxModelBytes: readLimits().maxModelBytes,
      builtinPath: builtinPath(),
      signal,
    }).catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
  const tools = async (signal: AbortSignal) => ({
    studio: await studio(signal),
    limits: readLimits(),
    availableBytes: options.availableBytes ?? availableMemory,
  });
  return definePlugin({
    manifest: {
      name: 'byoc/diffusion',
      version: '0.1.0',
      description: generate.contract.description,
      license: 'MIT',
      concurrency: 1,
      dockerfile: 'Dockerfile',
      command: ['node', 'dist/worker.js'],
      resources: { cpu: 2, memoryBytes: 2 * 1024 ** 3, pids: 256 },
    },
    implementations: [implement(generate, async (context) => runGenerate(context, await tools(context.signal)))],
    async setup({ signal }) {
      const { runtime, models, defaultModel } = await studio(signal);
      // Loads it and runs it once, so that the first job finds it warm.
      const { tookMs } = await testGenerate(await tools(signal), { signal, isWarmUp: true });
      const { version, provider, passedOver } = runtime;
      return {
        models,
        details: {
          ...{ engine: 'onnxruntime', version, provider, defaultModel, warmUpMs: tookMs, ...readLimits() },
          passedOver: passedOver.map((one) => ({ ...one })),
        },
      };
    },
    async fitness({ signal }) {
      await testGenerate(await tools(signal), { signal, isWarmUp: false });
    },
    async teardown() {
      await (await opened?.catch(() => undefined))?.close();
    },
  });
}

/** What this process may use: the container's limit, where there is one. */
function memoryBytes(): number {
  const limit = constrainedMemory();
  return limit > 0 && limit < totalmem() ? limit : totalmem();
}

function readThreads(environment: Readonly<Record<string, string | undefined>>): number | undefined {
  const text = nonEmpty(environment['BYOC_DIFFUSION_THREADS']);
  if (text === undefined || /^\d{1,3}$/.test(text)) return text === undefined ? undefined : Number(text);
  throw new RangeError(`BYOC_DIFFUSION_THREADS is no number of threads: \`${text}\``);
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : text;
}
