import { join } from 'node:path';
import { silentLogger } from '@byoc/core';
import { createServerEngine } from '@byoc/plugin-diffusion/server';
import { describe, expect, it } from 'vitest';
import { until } from '../../support/until.ts';
import { runJobOn } from './run-job.ts';

const script = join(import.meta.dirname, '../../fixtures/image-server/image-server.mjs');

async function start(command: readonly string[], onChange: () => void = () => {}) {
  const engine = createServerEngine({ command });
  await engine.start({ log: silentLogger, tmp: '/nowhere', signal: new AbortController().signal, onChange });
  return engine;
}

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('an image server that the worker starts', () => {
  it('is started, started again when it ends, and ended with the engine', async () => {
    const changed = Promise.withResolvers<void>();
    const engine = await start([process.execPath, script, '{port}'], () => changed.resolve());
    const pid = () => Number(engine.models()[0]?.name.slice(4));
    const first = pid();
    const { output } = await runJobOn(engine, { prompt: 'a square' });
    expect(output.images[0]).toMatchObject({ width: 2, height: 2 });
    await expect(runJobOn(engine, { prompt: 'die' })).rejects.toMatchObject({ facts: { reason: 'server-cut-off' } });
    await until(async () => !isAlive(first));
    await expect(runJobOn(engine, { prompt: 'a square' })).rejects.toMatchObject({
      facts: { reason: 'server-restarting', message: expect.stringContaining('ended with exit code 9') },
    });
    await changed.promise;
    const second = pid();
    expect(second).not.toBe(first);
    expect((await runJobOn(engine, { prompt: 'a square' })).output.images).toHaveLength(1);
    await engine.close();
    await until(async () => !isAlive(second));
  });

  it('that a script starts is ended with the script', async () => {
    const engine = await start(['sh', '-c', `"${process.execPath}" "${script}" {port}; true`]);
    const pid = Number(engine.models()[0]?.name.slice(4));
    await engine.close();
    await until(async () => !isAlive(pid));
  });

  it('is explained when it can not start: its exit and its last words', async () => {
    await expect(start([process.execPath, script, '{port}', 'fail'])).rejects.toMatchObject({
      reason: 'server-start-failed',
      message: expect.stringMatching(/ended with exit code 3\. Its last words: .*CUDA error: no device/),
    });
    await expect(start(['no-such-server'])).rejects.toMatchObject({
      message: 'The image server `no-such-server` was not found',
    });
  });

  it('is told apart from options that name nothing', () => {
    expect(() => createServerEngine({})).toThrow('needs a `command` or a `baseUrl`');
    expect(() => createServerEngine({ baseUrl: 'file:///etc' })).toThrow('must be an http or https address');
  });
});
