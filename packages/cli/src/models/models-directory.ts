import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Options } from 'yargs';

/** Where models are kept, for all orchestrators of a user: BYOC_MODELS_DIR, else $XDG_CACHE_HOME/byoc/models, else ~/.cache/byoc/models. */
export function defaultModelsDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  const { BYOC_MODELS_DIR, XDG_CACHE_HOME } = environment;
  return BYOC_MODELS_DIR || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'byoc/models');
}

/** The `--models-dir` option of an orchestrator. */
export const modelsDirectoryOption = {
  'models-dir': {
    type: 'string',
    describe: 'where models are kept, for all orchestrators of this user',
    default: defaultModelsDirectory(),
    defaultDescription: '$BYOC_MODELS_DIR or ~/.cache/byoc/models',
  },
} as const satisfies Record<string, Options>;
