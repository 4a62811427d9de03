import { ByocError, type WorkerResources, workerResourcesSchema } from '@byoc/core';

const powers: Readonly<Record<string, number>> = { k: 1, m: 2, g: 3, t: 4 };

/** What `plugin install` takes for the workers of a plugin. */
export interface ResourceArguments {
  readonly cpus: number | undefined;
  readonly memory: string | undefined;
  readonly gpus: string | undefined;
}

/**
 * Reads `--cpus 4`, `--memory 16g` (powers of 1024, as Docker reads them) and `--gpus all`, `--gpus 2` or `--gpus device=0,GPU-1a2b…`. Undefined
 * where none is given.
 *
 * @throws ByocError INPUT_ARGUMENT_INVALID
 */
export function parseResources({ cpus, memory, gpus }: ResourceArguments): WorkerResources | undefined {
  const given = {
    ...(cpus === undefined ? {} : { cpu: cpus }),
    ...(memory === undefined ? {} : { memoryBytes: parseMemory(memory) }),
    ...(gpus === undefined ? {} : { gpus: parseCards(gpus) }),
  };
  if (Object.keys(given).length === 0) return undefined;
  const parsed = workerResourcesSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const { path = [], message = '' } = parsed.error.issues[0] ?? {};
  const option = { cpu: `--cpus ${cpus}`, memoryBytes: `--memory ${memory}`, gpus: `--gpus ${gpus}` };
  throw refuse(option[path[0] as keyof typeof option], message);
}

function parseMemory(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)([kmgt])i?b?$/i.exec(text) ?? [];
  const power = powers[unit?.toLowerCase() ?? ''];
  if (power === undefined) throw refuse(`--memory ${text}`, 'an amount of memory looks like `512m` or `16g`');
  return Math.round(Number(amount) * 1024 ** power);
}

function parseCards(text: string): number | 'all' | string[] {
  if (text === 'all') return 'all';
  if (/^\d+$/.test(text)) return Number(text);
  const [, named] = /^device=(.+)$/.exec(text) ?? [];
  if (named === undefined)
    throw refuse(`--gpus ${text}`, 'it is `all`, a number of cards, or `device=` and their names');
  return named.split(',');
}

function refuse(argument: string, reason: string): ByocError {
  return new ByocError('INPUT_ARGUMENT_INVALID', { argument, reason });
}
