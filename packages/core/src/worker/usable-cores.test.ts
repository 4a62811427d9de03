import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { usableCores } from './usable-cores.ts';

const folder = mkdtempSync(join(tmpdir(), 'byoc-cores-'));
const quota = join(folder, 'cpu.max');
afterAll(() => rmSync(folder, { recursive: true }));

it.each([
  ['half a core', '50000 100000\n', 1],
  ['one core', '100000 100000\n', 1],
  ['more than there are', '100000000 100000\n', availableParallelism()],
  ['no limit', 'max 100000\n', availableParallelism()],
])('counts a container with %s', async (_, text, cores) => {
  writeFileSync(quota, text);
  expect(await usableCores(quota)).toBe(cores);
});

it('counts the cores of the machine where there is no control group', async () => {
  expect(await usableCores(join(folder, 'none'))).toBe(availableParallelism());
});
