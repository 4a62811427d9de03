import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
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

it('names a model by its folder, as its operator has called it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'byoc-list-'));
  const put = async (...files: string[]) => {
    for (const file of files) await writeFile(join(folder, file), '');
  };
  for (const name of ['store/qwen/q4', 'store/large', 'store/two', 'models/empty'])
    await mkdir(join(folder, name), { recursive: true });
  await put('store/qwen/q4/Qwen3-8B-Q4_K_M.gguf', 'store/qwen/README.md', 'store/two/a.gguf', 'store/two/b.gguf');
  await put('store/large/l-00001-of-00002.gguf', 'store/large/l-00002-of-00002.gguf');
  for (const name of ['qwen', 'large', 'two']) await symlink(join(folder, 'store', name), join(folder, 'models', name));
  const models = await listModels(join(folder, 'models'));
  expect(models.map(({ name }) => name)).toEqual(['large', 'qwen', 'two/a', 'two/b']);
  expect(models[0]?.path).toBe(join(folder, 'models/large/l-00001-of-00002.gguf'));
  await rm(folder, { recursive: true });
});
