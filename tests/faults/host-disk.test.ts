import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isByocError, silentLogger } from '@byoc/core';
import { bytesBlob, createGateway, type Gateway, staticSource } from '@byoc/core/gateway';
import { createOrchestrator } from '@byoc/core/orchestrator';
import { connectOrchestrator } from '@byoc/core/protocol';
import { createProcessRuntime } from '@byoc/core/runtime/process';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { gated } from '../fixtures/gated-plugin/plugin.ts';
import { parts } from '../integration/gateway/parts-plugin.ts';
import { startOrchestrator } from '../integration/gateway/start-orchestrator.ts';
import { repositoryRoot } from '../support/run-command.ts';
import { mountSmallDisk, type SmallDisk } from '../support/small-disk.ts';
import { until } from '../support/until.ts';

const gatedFolder = join(repositoryRoot, 'tests/fixtures/gated-plugin');
const disk = await mountSmallDisk(48);

/** The codes of an error and of what caused it, the outermost first. */
function codes(error: unknown): string[] {
  return error instanceof Error ? [isByocError(error) ? error.code : error.name, ...codes(error.cause)] : [];
}
const failure = (result: Promise<unknown>) =>
  result.then(
    () => undefined,
    (error: unknown) => error,
  );

describe.skipIf(disk === undefined)('a full disk', () => {
  const { path, fill, free } = disk as SmallDisk;
  let gateway: Gateway | undefined;

  beforeAll(() => free());
  afterEach(async () => {
    vi.unstubAllEnvs();
    await free();
    await gateway?.close();
    gateway = undefined;
  });
  afterAll(() => disk?.remove());

  const open = (dataDirectory: string) => {
    const logger = silentLogger;
    const runtime = createProcessRuntime({ logger, stateDirectory: join(dataDirectory, 'processes') });
    return createOrchestrator({ dataDirectory, runtime, logger, port: 0, httpPort: 0 });
  };

  it('keeps an orchestrator from starting, which says so and leaves nothing half-written', async () => {
    const dataDirectory = join(path, 'fresh');
    await fill();
    const error = await failure(open(dataDirectory));
    expect(error).toMatchObject({ code: 'DISK_FULL', hint: expect.stringContaining('Free some space') });
    expect((await readdir(dataDirectory, { recursive: true })).filter((name) => name.endsWith('.partial'))).toEqual([]);
    await free();
    await (await open(dataDirectory)).close({ mode: 'drain', graceMs: 0 });
  });

  it('fails the job that runs and refuses the next, not charged; with room again all goes on', async () => {
    const dataDirectory = join(path, 'jobs');
    await using orchestrator = await open(dataDirectory);
    await orchestrator.plugins.install({ type: 'folder', path: gatedFolder });
    gateway = createGateway({ sources: [staticSource([{ url: orchestrator.url, address: orchestrator.address }])] });
    await gateway.ready();
    const jobs = join(dataDirectory, 'plugins/gated/jobs');
    const job = gateway.run(gated, { steps: 1 });
    const failed = failure(job.result);
    const gate = join(jobs, job.jobId, 'tmp/step-1');
    // The folder is there once the job runs.
    await until(async () => (await readdir(jobs)).includes(job.jobId));
    await fill();
    await until(() =>
      writeFile(gate, '').then(
        () => true,
        () => false,
      ),
    );
    const midway = await failed;
    expect(codes(midway)).toContain('DISK_FULL');
    expect(isByocError(midway) && midway.charged).toEqual({ amountWei: '0' });
    const refused = await failure(gateway.run(gated, { steps: 1, free: true }).result);
    expect(codes(refused)).toContain('DISK_FULL');
    await until(async () => (await readdir(jobs)).length === 0);
    await free();
    expect((await gateway.run(gated, { steps: 1, free: true }).result).output).toEqual({ steps: 1 });
    await orchestrator.plugins.remove('gated', { graceMs: 0 });
    await orchestrator.close({ mode: 'drain', graceMs: 0 });
    expect(await readdir(join(dataDirectory, 'local/outbox'))).not.toContain(job.jobId);
  });

  it.each([
    ['over HTTPS', { localDirectory: '' }],
    ['through the directory of the same host', {}],
  ])('fails an upload %s and its job, and leaves nothing of either', async (_, told) => {
    vi.stubEnv('TMPDIR', path);
    await using host = await startOrchestrator();
    gateway = createGateway({
      sources: [staticSource([host.url])],
      connect: async (options) => {
        const connected = await connectOrchestrator(options);
        return { ...connected, info: { ...connected.info, ...told } };
      },
    });
    await gateway.ready();
    const source = bytesBlob(new Uint8Array(12 * 1024 ** 2).fill(7));
    await fill();
    const refused = await failure(gateway.run(parts, { source }).result);
    expect(codes(refused)).toContain('DISK_FULL');
    await until(async () => (await readdir(join(host.root, 'jobs'))).length === 0);
    expect(await readdir(join(host.root, 'local'), { recursive: true })).toEqual(['inbox', 'outbox']);
    await free();
    expect((await gateway.run(parts, { source }).result).output).toMatchObject({ bytes: 12 * 1024 ** 2 });
  });
});
