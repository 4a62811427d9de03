import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scriptedLlm } from '../../fixtures/scripted-llm.ts';
import { byocArguments, runByoc } from '../../support/run-command.ts';
import { type StartedOrchestrator, startOrchestrator } from '../gateway/start-orchestrator.ts';

const waiting = Promise.withResolvers<void>();
const cancelled = Promise.withResolvers<void>();
let started: StartedOrchestrator;

beforeAll(async () => {
  const plugin = scriptedLlm({ onWaiting: () => waiting.resolve(), onCancelled: () => cancelled.resolve() });
  started = await startOrchestrator({ plugin });
});

afterAll(() => started[Symbol.asyncDispose]());

describe('byoc gateway start', () => {
  it("serves OpenAI's API; an interrupt cancels what runs and ends it", async () => {
    const args = ['gateway', 'start', '--openai', '--port', '0', '--orchestrator', started.url, '--log-level', 'warn'];
    const child = spawn(process.execPath, [...byocArguments, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'exit');
    const lines = createInterface({ input: child.stdout });
    let baseUrl = '';
    for await (const line of lines) {
      baseUrl = /OpenAI base URL: +(\S+)/.exec(line)?.[1] ?? baseUrl;
      if (line.startsWith('Ctrl-C')) break;
    }
    const chat = (content: string) =>
      fetch(`${baseUrl}/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'text/chat', messages: [{ role: 'user', content }] }),
      });
    const answer: unknown = await (await chat('say all is well')).json();
    expect(answer).toMatchObject({ choices: [{ message: { content: 'all is well' } }] });
    const cut = chat('wait').catch(() => 'cut');
    await waiting.promise;
    child.kill('SIGINT');
    await cancelled.promise;
    expect((await ended)[0]).toBe(0);
    await cut;
    await expect(fetch(`${baseUrl}/models`)).rejects.toThrow('fetch failed');
  });

  it('wants to know what to serve, and a cost that is a number', async () => {
    expect(await runByoc(['gateway', 'start'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('name what to serve: --openai'),
    });
    const priced = await runByoc(['gateway', 'start', '--openai', '--max-cost-wei', 'much']);
    expect(priced).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('a cost is a whole number of wei') });
  });
});
