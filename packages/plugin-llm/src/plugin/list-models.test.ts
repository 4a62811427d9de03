import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { listModels } from './list-models.ts';

it('names GGUF files after themselves, and a model in pieces once', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'byoc-list-'));
  for (const file of ['qwen3-8b.gguf', 'big-00001-of-00002.gguf', 'big-00002-of-00002.gguf', 'README.md'])
    await writeFile(join(folder, file), '');
  expect((await listModels(folder)).map(({ name }) => name)).toEqual(['big', 'qwen3-8b']);
  expect(await listModels(join(folder, 'none'))).toEqual([]);
  await rm(folder, { recursive: true });
});
