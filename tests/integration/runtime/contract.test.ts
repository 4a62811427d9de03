import { access, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@byoc/core';
import { connectWorker } from '@byoc/core/protocol';
import type { ContainerRuntime, ResolvedPlugin, StartedWorker, WorkerSpec } from '@byoc/core/runtime';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { waitForListener } from '../../../packages/core/src/orchestrator/host/wait-for-listener.ts';
import { type BundledPlugin, bundleWorker } from '../../support/bundle-worker.ts';
import { repositoryRoot, runCommand } from '../../support/run-command.ts';
import { RuntimeKit, runtimeTargets } from './runtime-kit.ts';

const fixture = join(repositoryRoot, 'tests/fixtures/gated-plugin');

for (const target of await runtimeTargets()) {
  describe.skipIf(!target.here)(`the runtime contract: ${target.name}`, () => {
    let bundled: BundledPlugin;
    let plugin: ResolvedPlugin;
    let kit: RuntimeKit;
    let runtime: ContainerRuntime;

    beforeAll(async () => {
      bundled = await bundleWorker(fixture, {
        name: `contract-${target.kind}-${target.transport}-${process.pid}`,
        command: ['node', 'dist/worker.js'],
      });
      const setup = await RuntimeKit.open(target);
      plugin = await setup.runtime().resolve({ type: 'folder', path: bundled.folder });
      await setup.close();
    });

    afterAll(async () => {
      const last = await RuntimeKit.open(target);
      if (plugin !== undefined) await last.runtime().remove(plugin);
      await last.close();
      await bundled?.remove();
    });

    beforeEach(async () => {
      kit = await RuntimeKit.open(target);
      runtime = kit.runtime();
    });

    afterEach(async () => {
      const left = await kit.remains();
      for (const worker of await kit.runtime().adopt(kit.ownerId)) await worker.stop({ graceMs: 0 });
      await runtime.close();
      await kit.close();
      expect(left).toEqual([]);
    });

    it('says what it is', async () => {
      const info = await runtime.probe();
      expect(info).toMatchObject({
        kind: target.kind,
        transport: target.transport,
        sandboxed: target.kind === 'docker',
      });
      expect(info.notes.length > 0).toBe(target.name !== 'docker over a socket');
    });

    it('resolves a folder to its manifest, the same digest each time, and another one when it changes', async () => {
      expect(plugin.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
      expect(plugin.manifest.capabilities[0]?.contract.name).toBe('test/gated');
      const again = await runtime.resolve({ type: 'folder', path: bundled.folder });
      expect(again).toEqual(plugin);
      const first = await runtime.resolve({ type: 'folder', path: await kit.pluginOf('1') });
      const other = await runtime.resolve({ type: 'folder', path: await kit.pluginOf('2') });
      expect(first.digest).not.toBe(other.digest);
      await runtime.remove(first);
      await runtime.remove(other);
    });

    it('starts a worker that answers, runs a job, is measured and logs, and leaves nothing when it is stopped', async () => {
      const started = await runtime.start(kit.spec(plugin));
      expect(started).toMatchObject({ digest: plugin.digest, address: { type: target.transport } });
      const following = new AbortController();
      const followed = (async () => {
        for await (const line of started.followLogs({ signal: following.signal }))
          if (line.includes('step-done')) return line;
        return '';
      })();
      const frames = await kit.runJob(started, 2);
      expect(frames.at(-1)).toMatchObject({ type: 'result' });
      expect(await followed).toContain('"step":');
      following.abort();
      const stats = await started.stats();
      expect(stats.memoryBytes).toBeGreaterThan(1024 ** 2);
      expect(stats.pids).toBeGreaterThanOrEqual(1);
      expect(stats.cpuSeconds).toBeGreaterThan(0);
      const logs = await started.logs({ tail: 100 });
      expect(logs.some((line) => line.includes('worker-ready'))).toBe(true);
      expect(await started.logs({ tail: 1 })).toHaveLength(1);
      await started.stop({ graceMs: 10_000 });
      expect(await started.exited).toMatchObject({ exitCode: 0, outOfMemory: false });
    });

    it('can be told to stop several times, also a worker that was killed or removed by hand', async () => {
      const started = await runtime.start(kit.spec(plugin));
      await Promise.all([started.stop({ graceMs: 0 }), started.stop({ graceMs: 1000 })]);
      await started.stop({ graceMs: 0 });
      const killed = await runtime.start(kit.spec(plugin));
      await kit.kill(killed);
      if (target.kind === 'docker') await runCommand('docker', ['rm', '-f', killed.handle]);
      await killed.stop({ graceMs: 1000 });
      await killed.stop({ graceMs: 0 });
    });

    it('kills a worker that ignores the request to end', async () => {
      const script = `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('deaf');`;
      const deaf = await runtime.resolve({ type: 'folder', path: await kit.pluginOf(script) });
      const started = await runtime.start(kit.spec(deaf));
      while (!(await started.logs({ tail: 5 })).includes('deaf')) await systemClock.sleep(20);
      await started.stop({ graceMs: 100 });
      const { exitCode, signal } = await started.exited;
      expect(exitCode ?? signal).toBe(target.kind === 'docker' ? 137 : 'SIGKILL');
      await runtime.remove(deaf);
    });

    it('leaves nothing whenever the signal comes during a start', async () => {
      const reason = new Error('changed my mind');
      let refused = 0;
      for (let reads = 1; ; reads += 2) {
        const controller = new AbortController();
        const spec = abortAtRead(kit.spec(plugin), reads, () => controller.abort(reason));
        const outcome = await runtime.start(spec, { signal: controller.signal }).catch((error: unknown) => error);
        if (outcome === reason) refused += 1;
        else await (outcome as StartedWorker).stop({ graceMs: 0 });
        expect(await kit.remains()).toEqual([]);
        if (!controller.signal.aborted) break;
      }
      expect(refused).toBeGreaterThan(2);
    });

    it('starts nothing for a signal that was aborted before', async () => {
      const reason = new Error('too late');
      await expect(runtime.start(kit.spec(plugin), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    });

    it('says what is wrong with its folders, and leaves nothing', async () => {
      await writeFile(join(kit.directory, 'workers'), 'a file in the way');
      await expect(runtime.start(kit.spec(plugin))).rejects.toMatchObject({ code: 'DATA_DIRECTORY_UNREADABLE' });
      expect(await readdir(kit.directory)).not.toContain('processes');
    });

    it('adopts a worker after a restart of the host, with the address at which it still answers', async () => {
      const started = await runtime.start(kit.spec(plugin));
      await kit.runJob(started);
      const [adopted, ...others] = await kit.runtime().adopt(kit.ownerId);
      expect(others).toEqual([]);
      const { workerId, digest, address, handle } = started;
      expect(adopted).toMatchObject({ workerId, digest, address, handle, jobsPath: started.jobsPath });
      expect((await kit.runJob(adopted as StartedWorker)).at(-1)).toMatchObject({ type: 'result' });
      expect((await adopted?.stats())?.pids).toBeGreaterThanOrEqual(1);
      expect((await adopted?.logs({ tail: 50 }))?.some((line) => line.includes('worker-ready'))).toBe(true);
      await adopted?.stop({ graceMs: 5000 });
      await started.exited;
    });

    it('tells the end of an adopted worker that dies', async () => {
      const started = await runtime.start(kit.spec(plugin));
      const [adopted] = await kit.runtime().adopt(kit.ownerId);
      await kit.kill(started);
      await adopted?.exited;
      await adopted?.stop({ graceMs: 0 });
    });

    it('removes what workers left that died while the host was away', async () => {
      const started = await runtime.start(kit.spec(plugin));
      await kit.kill(started);
      expect(await kit.remains()).not.toEqual([]);
      expect(await kit.runtime().adopt(kit.ownerId)).toEqual([]);
      expect(await kit.remains()).toEqual([]);
    });

    it('removes what a start left that was broken off, and adopts the others all the same', async () => {
      const spec = kit.spec(plugin);
      await mkdir(join(spec.workerDirectory, 'run'), { recursive: true });
      await leaveStaleWorker(kit, spec);
      const started = await runtime.start(kit.spec(plugin));
      const adopted = await kit.runtime().adopt(kit.ownerId);
      expect(adopted.map(({ workerId }) => workerId)).toEqual([started.workerId]);
      await expect(access(spec.workerDirectory)).rejects.toThrow('ENOENT');
      await started.stop({ graceMs: 0 });
    });

    it('never touches the workers of another owner', async () => {
      const mine = await runtime.start(kit.spec(plugin));
      const foreign = await runtime.start(kit.spec(plugin, 'somebody-else'));
      const dead = await runtime.start(kit.spec(plugin, 'somebody-else'));
      await kit.kill(dead);
      expect((await kit.runtime().adopt(kit.ownerId)).map(({ workerId }) => workerId)).toEqual([mine.workerId]);
      await mine.stop({ graceMs: 0 });
      expect((await kit.runJob(foreign)).at(-1)).toMatchObject({ type: 'result' });
      await access(join(kit.directory, 'workers', dead.workerId));
      for (const worker of [foreign, dead]) await worker.stop({ graceMs: 0 });
    });

    if (target.transport === 'tcp')
      it('lets in nobody without the secret of this start', async () => {
        const started = await runtime.start(kit.spec(plugin));
        const other = await runtime.start(kit.spec(plugin));
        const { address } = started;
        if (address.type !== 'tcp' || other.address.type !== 'tcp') throw new Error('not TCP');
        expect(address.secret).not.toBe(other.address.secret);
        await waitForListener(address, systemClock, new AbortController().signal);
        for (const secret of ['', 'guess', other.address.secret]) {
          const stranger = connectWorker({ ...address, secret });
          await expect(stranger.getManifest()).rejects.toMatchObject({ code: 'WORKER_SECRET_INVALID' });
          stranger.close();
        }
        const host = connectWorker(address);
        expect(await host.getInfo()).toMatchObject({ name: 'gated' });
        host.close();
        for (const worker of [started, other]) await worker.stop({ graceMs: 0 });
      });
  });
}

/** The same spec, but the n-th look at one of its fields aborts: any moment of a start, without a clock. */
function abortAtRead(spec: WorkerSpec, count: number, abort: () => void): WorkerSpec {
  let reads = 0;
  return new Proxy(spec, {
    get(target, field) {
      reads += 1;
      if (reads === count) abort();
      return Reflect.get(target, field);
    },
  });
}

/** What is left when the host is killed between two steps of a start, and of one whose process id is somebody else's now. */
async function leaveStaleWorker(kit: RuntimeKit, spec: WorkerSpec): Promise<void> {
  const { workerId, ownerId, workerDirectory, jobsDirectory: jobsPath, plugin } = spec;
  if (kit.target.kind === 'docker') {
    const labels = { owner: ownerId, worker: workerId, directory: workerDirectory, digest: plugin.digest, secret: '' };
    const flags = Object.entries(labels).flatMap(([name, value]) => ['--label', `dev.byoc.${name}=${value}`]);
    const created = await runCommand('docker', ['create', '--name', `byoc-${workerId}`, ...flags, plugin.artifact]);
    expect(created.stderr).toBe('');
    return;
  }
  const records = join(kit.directory, 'processes');
  await mkdir(records, { recursive: true });
  const record = { workerId, ownerId, digest: plugin.digest, pid: process.pid, startTime: '1', jobsPath };
  const socketPath = join(workerDirectory, 'run/worker.sock');
  await writeFile(join(records, `${workerId}.json`), JSON.stringify({ ...record, socketPath, workerDirectory }));
}
