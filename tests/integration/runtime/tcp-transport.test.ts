import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@byoc/core';
import { createGateway, type Gateway, staticSource } from '@byoc/core/gateway';
import { createOrchestrator, type Orchestrator } from '@byoc/core/orchestrator';
import { createDockerRuntime } from '@byoc/core/runtime/docker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostile } from '../../fixtures/hostile-plugin/plugin.ts';
import { type BundledPlugin, bundleWorker } from '../../support/bundle-worker.ts';
import { hasPart } from '../../support/require-part.ts';
import { repositoryRoot, runCommand } from '../../support/run-command.ts';
import { containersOf } from '../../support/workers-of.ts';

// What an engine that can't pass sockets costs the sandbox, and what it does not: docs/runtimes.md.
describe.skipIf(!((await hasPart('docker')) && (await hasPart('base-image'))))('a plugin reached over TCP', () => {
  const name = `hostile-tcp-${process.pid}`;
  let bundled: BundledPlugin;
  let dataDirectory: string;
  let orchestrator: Orchestrator;
  let gateway: Gateway;
  const attempt = async (attempted: 'network' | 'write' | 'privilege') =>
    (await gateway.run(hostile, { attempt: attempted }).result).output.outcomes;
  const inspect = async () => {
    const [id = ''] = await containersOf(dataDirectory);
    return JSON.parse((await runCommand('docker', ['inspect', id])).stdout)[0];
  };

  beforeAll(async () => {
    bundled = await bundleWorker(join(repositoryRoot, 'tests/fixtures/hostile-plugin'), { name });
    dataDirectory = await mkdtemp(join(tmpdir(), 'byoc-tcp-'));
    const runtime = createDockerRuntime({ logger: silentLogger, transport: 'tcp' });
    orchestrator = await createOrchestrator({ dataDirectory, runtime, port: 0, httpPort: 0 });
    await orchestrator.plugins.install({ type: 'folder', path: bundled.folder });
    gateway = createGateway({ sources: [staticSource([{ url: orchestrator.url, address: orchestrator.address }])] });
    await gateway.ready();
  });

  afterAll(async () => {
    await gateway?.close();
    await orchestrator?.plugins.remove(name, { graceMs: 0 });
    await orchestrator?.close({ mode: 'drain', graceMs: 0 });
    expect(await containersOf(dataDirectory)).toEqual([]);
    await rm(dataDirectory, { recursive: true, force: true });
    await bundled?.remove();
  });

  it('has a network of its own, which the operator is told', async () => {
    const { interfaces } = await attempt('network');
    expect(interfaces?.split(',').sort()).toEqual(['eth0', 'lo']);
    expect(orchestrator.status().runtime.notes).toEqual([
      'Workers are reached over TCP on loopback, guarded by a secret, so they have a bridge network: outgoing connections are not blocked.',
    ]);
  });

  it('is published on loopback only', async () => {
    const { HostConfig, NetworkSettings } = await inspect();
    expect(HostConfig.NetworkMode).toBe('bridge');
    const published = Object.values(NetworkSettings.Ports).flat() as { HostIp: string; HostPort: string }[];
    expect(published.map(({ HostIp }) => HostIp)).toEqual(['127.0.0.1']);
    const outside = Object.values(networkInterfaces())
      .flat()
      .find((each) => each?.family === 'IPv4' && !each.internal)?.address;
    if (outside === undefined) return;
    const refused = await new Promise((resolve) =>
      connect(Number(published[0]?.HostPort), outside)
        .once('connect', () => resolve('connected'))
        .once('error', (error: NodeJS.ErrnoException) => resolve(error.code)),
    );
    expect(refused).toBe('ECONNREFUSED');
  });

  it('keeps every other wall of the sandbox', async () => {
    expect((await inspect()).HostConfig).toMatchObject({
      ...{ ReadonlyRootfs: true, Privileged: false, CapAdd: null, CapDrop: ['ALL'], IpcMode: 'private', PidMode: '' },
      ...{ SecurityOpt: ['no-new-privileges:true'], PidsLimit: 64, NanoCpus: 1e9 },
      ...{ Memory: 256 * 1024 ** 2, MemorySwap: 256 * 1024 ** 2, RestartPolicy: { Name: 'no' } },
    });
    expect(await attempt('write')).toEqual({
      ...{ root: 'EROFS', usr: 'EROFS', byoc: 'EROFS', models: 'ENOENT' },
      ...{ out: 'done', tmp: 'done' },
    });
    expect(await attempt('privilege')).toMatchObject({ uid: '65532', noNewPrivileges: '1' });
  });
});
