import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ConformanceSample, type ConformanceTarget, createProcessTarget } from '@byoc/core/testing';
import { repositoryRoot } from '../support/run-command.ts';

/** Makes a target of a plugin folder, started as its plugin.json says. */
export function folderTarget(
  folder: string,
  sample: ConformanceSample,
  environment: Readonly<Record<string, string>> = {},
): ConformanceTarget {
  const cwd = join(repositoryRoot, folder);
  const manifest = JSON.parse(readFileSync(join(cwd, 'plugin.json'), 'utf8'));
  const [program, ...args] = manifest.command as [string, ...string[]];
  return createProcessTarget({
    command: [program === 'node' ? process.execPath : program, ...args],
    cwd,
    environment: { NODE_OPTIONS: '--disable-warning=ExperimentalWarning', ...environment },
    sample,
    manifest,
  });
}
