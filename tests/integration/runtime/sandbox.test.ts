import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isByocError, silentLogger } from '@byoc/core';
import { createGateway, type Gateway, staticSource } from '@byoc/core/gateway';
import { createOrchestrator, type Orchestrator } from '@byoc/core/orchestrator';
import { createDockerRuntime } from '@byoc/core/runtime/docker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostile } from '../../fixtures/hostile-plugin/plugin.ts';
import { type BundledPlugin, bundleWorker } from '../../support/bundle-worker.ts';
import { hasPart } from '../../support/require-part.ts';
import { repositoryRoot, runCommand } from '../../support/run-command.ts';

describe.skipIf(!((await hasPart('docker')) && (await hasPart('base-image'))))(
  'a hostile plugin in its container',
  () => {
    let bundled: BundledPlugin;
    let dataDirectory: string;
    let orchestrator: Orchestrator;
    let gateway: Gateway;
    const attempt = async (name: 'network' | 'write' | 'read' | 'privilege' | 'fork', path = '') =>
      (await gateway.run(hostile, { attempt: name, path }).result).output.outcomes;
    const containers = async () =>
      (await runCommand('docker', ['ps', '-aq', '--filter', 'label=dev.byoc.plugin=hostile'])).stdout
        .split('\n')
        .filter(Boolean);

    beforeAll(async () => {
      bundled = await bundleWorker(join(repositoryRoot, 'tests/fixtures/hostile-plugin'));
      dataDirectory = await mkdtemp(join(tmpdir(), 'byoc-sandbox-'));
      await writeFile(join(dataDirectory, 'secret-of-another-plugin'), 'secret');
      const runtime = createDockerRuntime({ logger: silentLogger });
      orchestrator = await createOrchestrator({ dataDirectory, runtime, port: 0, httpPort: 0 });
      const weights = join(dataDirectory, 'my weights');
      await mkdir(weights);
      await writeFile(join(weights, 'w.bin'), 'w');
      await orchestrator.plugins.install(
        { type: 'folder', path: bundled.folder },
        { models: [{ name: 'weights', uri: pathToFileURL(weights).href }] },
      );
      gateway = createGateway({ sources: [staticSource([{ url: orchestrator.url, address: orchestrator.address }])] });
      await gateway.ready();
    });

    afterAll(async () => {
      await gateway?.close();
      await orchestrator?.plugins.remove('hostile', { graceMs: 0 });
      await orchestrator?.close({ mode: 'drain', graceMs: 0 });
      expect(await containers()).toEqual([]);
      await rm(dataDirectory, { recursive: true, force: true });
      await bundled?.remove();
    });

    it('is started with default deny, as docker inspect shows', async () => {
      const [id] = await containers();
      const [facts] = JSON.parse((await runCommand('docker', ['inspect', id as string])).stdout);
      expect(facts.Config.User).toMatch(/^[1-9]\d*:[1-9]\d*$/);
      expect(facts.HostConfig).toMatchObject({
        NetworkMode: 'none',
        ReadonlyRootfs: true,
        Privileged: false,
        CapAdd: null,
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges:true'],
        PidsLimit: 64,
        Memory: 256 * 1024 ** 2,
        MemorySwap: 256 * 1024 ** 2,
        NanoCpus: 1e9,
        IpcMode: 'private',
        RestartPolicy: { Name: 'no' },
      });
      expect(facts.Mounts.map((mount: { Destination: string }) => mount.Destination).sort()).toEqual([
        '/byoc/jobs',
        '/byoc/models/weights',
        '/byoc/run',
      ]);
    });

    it('has no network', async () => {
      expect(await attempt('network')).toEqual({ interfaces: 'lo', loopback: 'ECONNREFUSED', outside: 'ENETUNREACH' });
    });

    it('writes nowhere but in its own folders', async () => {
      const readOnly = { root: 'EROFS', usr: 'EROFS', byoc: 'EROFS', models: 'EROFS' };
      expect(await attempt('write')).toEqual({ ...readOnly, out: 'done', tmp: 'done' });
    });

    it('reads its models, and sees no file of another plugin, of the host or of the engine', async () => {
      expect(await attempt('read', join(dataDirectory, 'secret-of-another-plugin'))).toEqual({
        model: 'done',
        foreign: 'ENOENT',
        docker: 'ENOENT',
        jobs: 'jobs,models,run',
      });
    });

    it('has no privileges and can not get any', async () => {
      const { uid, capabilities, noNewPrivileges } = await attempt('privilege');
      expect(uid).not.toBe('0');
      expect(capabilities).toMatch(/^0+$/);
      expect(noNewPrivileges).toBe('1');
    });

    it('can not fork without end', async () => {
      expect(await attempt('fork')).toEqual({ refused: 'EAGAIN', started: 'below the limit' });
    });

    it('is ended when it takes more memory than its limit, which is said, and the next job runs', async () => {
      const failed = await gateway.run(hostile, { attempt: 'memory' }).result.catch((error: unknown) => error);
      expect(isByocError(failed, 'WORKER_LOST') && failed.shortMessage).toContain('memory');
      expect((await attempt('privilege'))['noNewPrivileges']).toBe('1');
    });
  },
);
