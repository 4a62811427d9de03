import { DEFAULT_LIMITS, type DiffusionLimits } from '../job/limits.ts';
import type { OnnxEngineOptions } from '../onnx/onnx-options.ts';
import type { ServerEngineOptions } from '../server/server-options.ts';
import { parseServerSettings } from './parse-server-settings.ts';

/** What a worker's environment asks for. */
export interface DiffusionSettings {
  readonly limits: DiffusionLimits;
  readonly onnx: OnnxEngineOptions;
  /** The server that the worker is put in front of. @default none: ONNX Runtime in the worker itself */
  readonly server: ServerEngineOptions | undefined;
}

/** The variable that sets each limit. */
const LIMIT_VARIABLES: Readonly<Record<keyof DiffusionLimits, string>> = {
  maxPixels: 'BYOC_DIFFUSION_MAX_PIXELS',
  maxUpscaledPixels: 'BYOC_DIFFUSION_MAX_UPSCALED_PIXELS',
  maxCount: 'BYOC_DIFFUSION_MAX_COUNT',
  maxSteps: 'BYOC_DIFFUSION_MAX_STEPS',
  maxSourceBytes: 'BYOC_DIFFUSION_MAX_SOURCE_BYTES',
  maxSourcePixels: 'BYOC_DIFFUSION_MAX_SOURCE_PIXELS',
};

/** Reads the variables that README.md names; one that is not set, or empty, leaves the default. @throws RangeError for what is no positive whole number */
export function parseDiffusionSettings(environment: Readonly<Record<string, string | undefined>>): DiffusionSettings {
  const text = (variable: string) => environment[variable] || undefined;
  const number = (variable: string): number | undefined => {
    const written = text(variable);
    const value = Number(written);
    if (written === undefined || (Number.isInteger(value) && value > 0))
      return written === undefined ? undefined : value;
    throw new RangeError(`${variable} is no positive whole number: \`${written}\``);
  };
  const limits: { -readonly [Name in keyof DiffusionLimits]: number } = { ...DEFAULT_LIMITS };
  for (const [name, variable] of Object.entries(LIMIT_VARIABLES) as [keyof DiffusionLimits, string][])
    limits[name] = number(variable) ?? limits[name];
  return {
    limits,
    server: parseServerSettings(environment),
    onnx: {
      modelsPath: text('BYOC_DIFFUSION_MODELS') ?? text('BYOC_MODELS_PATH'),
      adaptersPath: text('BYOC_DIFFUSION_LORAS'),
      defaultModel: text('BYOC_DIFFUSION_MODEL'),
      defaultUpscaler: text('BYOC_DIFFUSION_UPSCALER'),
      providers: text('BYOC_DIFFUSION_PROVIDERS')?.split(','),
      threads: number('BYOC_DIFFUSION_THREADS'),
      batch: number('BYOC_DIFFUSION_BATCH'),
      maxModelBytes: number('BYOC_DIFFUSION_MAX_MODEL_BYTES'),
    },
  };
}
