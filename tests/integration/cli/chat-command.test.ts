import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { createGateway, staticSource } from '@byoc/core/gateway';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Conversation } from '../../../packages/cli/src/chat/conversation.ts';
import { talk } from '../../../packages/cli/src/chat/talk.ts';
import { scriptedLlm } from '../../fixtures/scripted-llm.ts';
import { byocArguments, runByoc } from '../../support/run-command.ts';
import { type StartedOrchestrator, startOrchestrator } from '../gateway/start-orchestrator.ts';

const waiting = Promise.withResolvers<void>();
let started: StartedOrchestrator;

beforeAll(async () => {
  started = await startOrchestrator({ plugin: scriptedLlm({ onWaiting: () => waiting.resolve() }) });
});

afterAll(() => started[Symbol.asyncDispose]());

const there = () => ['--orchestrator', started.url];

async function chatWith(question: string, ...args: string[]) {
  const child = spawn(process.execPath, [...byocArguments, 'chat', ...there(), ...args], {
    env: { ...process.env, NO_COLOR: '1' },
  });
  child.stdin.end(question);
  const closed = once(child, 'close');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [exitCode] = await closed;
  return { stdout, stderr, exitCode };
}

describe('byoc run text/chat', () => {
  it('writes the answer as it comes, and what it took apart', async () => {
    const result = await runByoc([
      'run',
      'text/chat',
      '-i',
      'messages.0.role=user',
      '-i',
      'messages.0.content=say all is well',
      ...there(),
    ]);
    expect(result).toMatchObject({ exitCode: 0, stdout: 'all is well\n' });
    expect(result.stderr).toContain('15 input_tokens, 2 cached_input_tokens, 3 output_tokens');
  });
});

describe('byoc chat', () => {
  it('answers one question from standard input', async () => {
    expect(await chatWith('say all is well\n')).toMatchObject({
      ...{ exitCode: 0, stdout: 'all is well\n' },
      stderr: 'scripted · 15 tokens in (and 2 remembered), 3 out · free\n',
    });
  });

  it('answers programs with one JSON value, errors too', async () => {
    const answered = await chatWith('say hello', '--json');
    expect(JSON.parse(answered.stdout)).toMatchObject({
      output: { message: { content: 'hello' }, finishReason: 'stop' },
      usage: { output_tokens: '1' },
      payment: { chargedWei: '0' },
    });
    const nothing = await chatWith(' \n', '--json');
    expect([nothing.exitCode, JSON.parse(nothing.stdout)]).toMatchObject([
      2,
      { error: { code: 'INPUT_ARGUMENT_INVALID' } },
    ]);
  });

  it('holds a conversation: Ctrl-C breaks an answer off, and leaves between answers', async () => {
    await using gateway = createGateway({ sources: [staticSource([started.url])] });
    const [input, output] = [new PassThrough(), new PassThrough()];
    let shown = '';
    output.on('data', (bytes) => {
      shown += String(bytes);
    });
    const told = async (words: string) => {
      while (!shown.includes(words)) await new Promise((resolve) => output.once('data', resolve));
    };
    const talking = talk(new Conversation(gateway, { run: {} }), input, output);
    await told('> ');
    input.write('say all is well\r');
    await told('3 out · free');
    input.write('wait for it\r');
    await told('for it');
    await waiting.promise;
    input.write('\x03');
    await told('(broken off)');
    input.write('refuse\r');
    await told('The script refuses.');
    input.write('\x03');
    await talking;
    expect(shown).toContain('0 wei in all.');
  });
});
