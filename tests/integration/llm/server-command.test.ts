import { join } from 'node:path';
import { silentLogger } from '@byoc/core';
import { chat, messagesOf } from '@byoc/plugin-llm';
import { createServerEngine } from '@byoc/plugin-llm/server';
import { describe, expect, it } from 'vitest';
import { until } from '../../support/until.ts';

const script = join(import.meta.dirname, '../../fixtures/model-server/model-server.mjs');

async function start(command: readonly string[], onChange: () => void = () => {}) {
  const engine = createServerEngine({ command });
  await engine.start({ log: silentLogger, tmp: '/nowhere', signal: new AbortController().signal, onChange });
  const answer = async (prompt: string) => {
    const input = chat.schemas.input.parse({ prompt });
    const { signal } = new AbortController();
    const job = { input, messages: messagesOf(input), caller: undefined, signal, file: async () => '' };
    let text = '';
    for await (const step of engine.chat(job)) if (step.type === 'text') text += step.text;
    return text;
  };
  const pid = () => Number(engine.models()[0]?.name.slice(4));
  return { engine, answer, pid };
}

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('a model server that the worker starts', () => {
  it('is started, started again when it ends, and ended with the engine', async () => {
    const changed = Promise.withResolvers<void>();
    const { engine, answer, pid } = await start([process.execPath, script, '{port}'], () => changed.resolve());
    const first = pid();
    expect(await answer('hello')).toBe('alive');
    await expect(answer('die')).rejects.toMatchObject({ recovery: 'retry-other' });
    await expect(answer('hello')).rejects.toMatchObject({
      reason: 'server-restarting',
      message: expect.stringContaining('ended with exit code 9'),
    });
    await changed.promise;
    expect(pid()).not.toBe(first);
    expect(await answer('hello')).toBe('alive');
    const second = pid();
    await engine.close();
    await until(async () => !isAlive(second));
  });

  it('is explained when it can not start: its exit and its last words', async () => {
    await expect(start([process.execPath, script, '{port}', 'fail'])).rejects.toMatchObject({
      reason: 'server-start-failed',
      message: expect.stringMatching(/ended with exit code 3\. Its last words: .*CUDA error: no device/),
    });
    await expect(start(['no-such-server'])).rejects.toMatchObject({
      message: 'The model server `no-such-server` was not found.',
    });
  });

  it('is told apart from options that name nothing', () => {
    expect(() => createServerEngine({})).toThrow('needs a `command` or a `baseUrl`');
    expect(() => createServerEngine({ baseUrl: 'file:///etc' })).toThrow('must be an http or https address');
  });
});
