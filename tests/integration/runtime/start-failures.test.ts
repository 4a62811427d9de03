import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ByocError } from '@byoc/core';
import type { ContainerRuntime, ResolvedPlugin, WorkerExit } from '@byoc/core/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RuntimeKit, runtimeTargets } from './runtime-kit.ts';

/** A program for 64-bit ARM as far as the kernel reads it: the header of an ELF file. */
const armProgram = Buffer.concat([
  Buffer.from('7f454c46020101000000000000000000', 'hex'),
  Buffer.from('0200b70001000000', 'hex'),
  Buffer.alloc(4096),
]);

/** What an installer is told of such an end. */
function explain(exit: WorkerExit): { message: string; hint: string } {
  const { exitCode = null, signal = null, outOfMemory, logTail } = exit;
  const error = new ByocError('WORKER_START_FAILED', {
    plugin: 'p',
    exitCode,
    signal,
    outOfMemory,
    logTail: [...logTail],
  });
  return { message: error.shortMessage, hint: error.hint };
}

for (const target of await runtimeTargets()) {
  describe.skipIf(!target.here)(`a worker that does not start: ${target.name}`, () => {
    let kit: RuntimeKit;
    let runtime: ContainerRuntime;
    const made: ResolvedPlugin[] = [];

    async function exitOf(script: string, options: Parameters<RuntimeKit['pluginOf']>[1] = {}): Promise<WorkerExit> {
      const plugin = await runtime.resolve({ type: 'folder', path: await kit.pluginOf(script, options) });
      made.push(plugin);
      const worker = await runtime.start(kit.spec(plugin));
      const exit = await worker.exited;
      await worker.stop({ graceMs: 0 });
      return exit;
    }

    beforeEach(async () => {
      kit = await RuntimeKit.open(target);
      runtime = kit.runtime();
    });

    afterEach(async () => {
      for (const plugin of made.splice(0)) await runtime.remove(plugin);
      const left = await kit.remains();
      await kit.close();
      expect(left).toEqual([]);
    });

    it('is told with its exit code and its last lines', async () => {
      const exit = await exitOf(
        `for (let line = 1; line <= 40; line += 1) console.error('line ' + line); process.exit(3)`,
      );
      expect(exit).toMatchObject({ exitCode: 3, outOfMemory: false });
      expect(exit.logTail).toHaveLength(20);
      expect(exit.logTail.at(-1)).toBe('line 40');
      expect(explain(exit).message).toBe(
        'The worker of p did not start: it ended with exit code 3. Its last log line: line 40',
      );
    });

    it('is told when its program is not there', async () => {
      const exit = await exitOf('', { command: ['no-such-program'] });
      expect(exit.exitCode).toBe(127);
      expect(exit.logTail.join()).toContain('no-such-program');
      expect(explain(exit).hint).toContain('check `command` of the manifest, or CMD of the image');
    });

    if (target.kind === 'docker')
      it('is told when it used more memory than its limit', async () => {
        const script = 'const hoard = []; for (;;) hoard.push(Buffer.alloc(16 * 1024 ** 2, 1));';
        const plugin = await runtime.resolve({ type: 'folder', path: await kit.pluginOf(script) });
        made.push(plugin);
        // The operator's word counts: by its manifest it may use 1 GiB.
        const worker = await runtime.start({ ...kit.spec(plugin), resources: { memoryBytes: 64 * 1024 ** 2 } });
        const exit = await worker.exited;
        await worker.stop({ graceMs: 0 });
        expect(exit.outOfMemory).toBe(true);
        expect(explain(exit)).toEqual({
          message: 'The worker of p did not start: it used more memory than its limit and was killed.',
          hint: 'Install it with more: `byoc plugin install … --memory 16g`.',
        });
      });

    if (target.kind === 'docker')
      it('is told when its image is for another processor', async () => {
        const folder = await kit.pluginOf('', {
          command: ['/program'],
          // Its shell is for that processor too, or it would be asked to run the program as a script.
          dockerfile: 'FROM scratch\nCOPY program /program\nCOPY program /bin/sh\nCMD ["/program"]\n',
        });
        await writeFile(join(folder, 'program'), armProgram, { mode: 0o755 });
        const plugin = await runtime.resolve({ type: 'folder', path: folder });
        made.push(plugin);
        const worker = await runtime.start(kit.spec(plugin));
        const exit = await worker.exited;
        await worker.stop({ graceMs: 0 });
        expect(explain(exit).hint).toBe('The image was built for another processor: build it for this one.');
      });

    if (target.kind === 'docker')
      it('is refused a card that the engine can not give, and leaves nothing', async () => {
        const plugin = await runtime.resolve({ type: 'folder', path: await kit.pluginOf('') });
        made.push(plugin);
        // No machine has this one, and an engine without NVIDIA's toolkit has none at all.
        const start = runtime.start({ ...kit.spec(plugin), resources: { gpus: ['GPU-none'] } });
        await expect(start).rejects.toMatchObject({ code: 'GPU_UNAVAILABLE' });
      });

    if (target.kind === 'docker')
      it('is built from the Dockerfile that the operator names', async () => {
        const path = await kit.pluginOf('process.exit(3)');
        await writeFile(
          join(path, 'Dockerfile.other'),
          `ARG BASE_IMAGE=node:24-bookworm-slim\nFROM \${BASE_IMAGE}\nCMD ["node", "-e", "process.exit(7)"]\n`,
        );
        const plugin = await runtime.resolve({ type: 'folder', path, dockerfile: 'Dockerfile.other' });
        made.push(plugin);
        const worker = await runtime.start(kit.spec(plugin));
        expect((await worker.exited).exitCode).toBe(7);
        await worker.stop({ graceMs: 0 });
      });

    if (target.kind === 'process')
      it('is refused when its manifest has no command', async () => {
        const plugin = await runtime.resolve({ type: 'folder', path: await kit.pluginOf('') });
        const { command: _, ...manifest } = plugin.manifest;
        // As a plugin that was installed on Docker looks to an orchestrator that was restarted without.
        await expect(runtime.start(kit.spec({ ...plugin, manifest }))).rejects.toMatchObject({
          code: 'PLUGIN_COMMAND_MISSING',
        });
      });

    if (target.kind === 'process')
      it('is told when its folder is gone', async () => {
        const plugin = await runtime.resolve({ type: 'folder', path: await kit.pluginOf('') });
        const worker = await runtime.start(kit.spec({ ...plugin, artifact: join(kit.directory, 'gone') }));
        expect((await worker.exited).exitCode).toBe(127);
        await worker.stop({ graceMs: 0 });
      });

    if (target.kind === 'docker')
      it('is refused when its image is gone', async () => {
        const plugin = await runtime.resolve({ type: 'folder', path: await kit.pluginOf('') });
        await runtime.remove(plugin);
        await expect(runtime.start(kit.spec(plugin))).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' });
      });
  });
}
