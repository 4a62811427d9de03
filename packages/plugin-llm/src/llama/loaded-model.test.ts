import { join } from 'node:path';
import { getLlama, type Llama } from 'node-llama-cpp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LoadedModel } from './loaded-model.ts';

const tiny = { name: 'tiny', path: join(import.meta.dirname, '../../tiny-model/tiny.gguf') };

describe('memory that is not there', { timeout: 60_000 }, () => {
  let llama: Llama;
  beforeAll(async () => {
    llama = await getLlama({ gpu: false, build: 'never', skipDownload: true, progressLogs: false });
  }, 60_000);
  afterAll(() => llama.dispose());
  const load = () =>
    LoadedModel.load(llama, tiny, {
      fit: { contextTokens: 1024, gpuLayers: 0, memoryBytes: 0 },
      ...{ slots: 4, engine: 'llama.cpp', threads: 1, signal: new AbortController().signal },
    });

  it('when a model is loaded is told as such: its file is well', async () => {
    await llama.setRamCap(4_000_000);
    await expect(load()).rejects.toMatchObject({
      ...{ reason: 'memory-short', recovery: 'retry-other' },
      message: expect.stringContaining('A context size of 1024 with 4 sequences is too large'),
    });
  });

  it('midway fails the job that wanted it, and the next one finds it again', async () => {
    await llama.setRamCap(null);
    const loaded = await load();
    await llama.setRamCap(4_000_000);
    await expect(loaded.embedding()).rejects.toMatchObject({ reason: 'memory-short' });
    await llama.setRamCap(null);
    expect((await loaded.embedding()).disposed).toBe(false);
    await loaded.close();
  });
});
