import { parseInput } from '@byoc/core';
import { describe, expect, it } from 'vitest';
import { chat } from './chat.ts';

const user = { role: 'user', content: 'Hello' };
const call = { id: 'c1', name: 'add', arguments: '{}' };

function problemOf(input: unknown): string {
  try {
    parseInput(chat, input);
    return 'nothing';
  } catch (error) {
    return (error as { shortMessage: string }).shortMessage.replace('Input of text/chat@1.0.0 is invalid: ', '');
  }
}

describe('the input of text/chat', () => {
  it('is a prompt or messages, with defaults', () => {
    expect(parseInput(chat, { prompt: 'Hello' })).toEqual({
      prompt: 'Hello',
      toolChoice: 'auto',
      parallelToolCalls: true,
      responseFormat: { type: 'text' },
      maxOutputTokens: 4096,
      truncate: 'never',
    });
    expect(problemOf({})).toMatchInlineSnapshot(
      `"\`/messages\` must be given alone: either \`messages\` or \`prompt\`."`,
    );
    expect(problemOf({ prompt: 'a', messages: [user] })).toMatchInlineSnapshot(
      `"\`/prompt\` must be given alone: either \`messages\` or \`prompt\`."`,
    );
  });

  it('keeps messages in an order that a model can follow', () => {
    const answered = [user, { role: 'assistant', toolCalls: [call] }, { role: 'tool', toolCallId: 'c1', content: '3' }];
    expect(problemOf({ messages: answered })).toBe('nothing');
    expect(problemOf({ messages: [user, { role: 'assistant', content: 'Hi' }] })).toMatchInlineSnapshot(
      `"\`/messages/1\` is the last and from the assistant; a user or a tool has the last word."`,
    );
    expect(problemOf({ messages: [{ role: 'tool', toolCallId: 'c1', content: '3' }] })).toMatchInlineSnapshot(
      `"\`/messages/0\` answers tool call "c1", which is not open here."`,
    );
    expect(problemOf({ messages: [user, { role: 'assistant', toolCalls: [call] }, user] })).toMatchInlineSnapshot(
      `"\`/messages/2\` comes before the answer to tool call "c1"."`,
    );
    expect(problemOf({ messages: [user, { role: 'assistant', toolCalls: [call] }] })).toMatchInlineSnapshot(
      `"\`/messages/1\` leaves tool call "c1" without an answer."`,
    );
    expect(problemOf({ messages: [user, { role: 'assistant' }, user] })).toMatchInlineSnapshot(
      `"\`/messages/1\` is from the assistant, and has neither content nor tool calls."`,
    );
    expect(problemOf({ messages: [{ role: 'assistant', toolCalls: [call, call] }, user] })).toMatchInlineSnapshot(
      `"\`/messages/0\` has two tool calls with the same id."`,
    );
    expect(problemOf({ messages: [{ role: 'system', content: 'Be brief.' }] })).toMatchInlineSnapshot(
      `"\`/messages/0\` is the last and from the system; a user or a tool has the last word."`,
    );
  });

  it('refuses text that no tokenizer should see', () => {
    expect(problemOf({ prompt: 'a\0b' })).toMatchInlineSnapshot(`"\`/prompt\` holds a NUL character."`);
    expect(
      problemOf({ messages: [{ role: 'user', content: [{ type: 'text', text: '\ud800' }] }] }),
    ).toMatchInlineSnapshot(`"\`/messages/0/content/0/text\` holds half of a surrogate pair."`);
  });

  it('refuses absurd settings', () => {
    expect(problemOf({ prompt: 'a', maxOutputTokens: 0 })).toMatchInlineSnapshot(
      `"\`/maxOutputTokens\` must be at least 1, got 0."`,
    );
    expect(problemOf({ prompt: 'a', maxOutputTokens: 1e9 })).toMatchInlineSnapshot(
      `"\`/maxOutputTokens\` must be at most 1000000, got 1000000000."`,
    );
    expect(problemOf({ prompt: 'a', stop: Array(10_000).fill('x') })).toMatchInlineSnapshot(
      `"\`/stop\` must have at most 16 items, got 10000."`,
    );
    expect(problemOf({ prompt: 'a', stop: [''] })).toMatchInlineSnapshot(
      `"\`/stop/0\` must have at least 1 characters, got 0."`,
    );
  });

  it('refuses tools that can not be told apart or are not there', () => {
    expect(problemOf({ prompt: 'a', tools: [{ name: 'add' }, { name: 'add' }] })).toMatchInlineSnapshot(
      `"\`/tools/1/name\` is there twice: "add"."`,
    );
    expect(problemOf({ prompt: 'a', tools: [{ name: 'add two' }] })).toMatchInlineSnapshot(
      `"\`/tools/0/name\` must be 1 to 64 letters, digits, \`_\` and \`-\`."`,
    );
    expect(problemOf({ prompt: 'a', tools: [{ name: 'add', parameters: 'none' }] })).toMatchInlineSnapshot(
      `"\`/tools/0/parameters\` must be an object, got a string."`,
    );
    expect(problemOf({ prompt: 'a', tools: [{ name: 'add' }], toolChoice: { name: 'sub' } })).toMatchInlineSnapshot(
      `"\`/toolChoice/name\` is no tool of this input."`,
    );
    expect(problemOf({ prompt: 'a', toolChoice: 'required' })).toMatchInlineSnapshot(
      `"\`/toolChoice\` requires a tool, and there is none."`,
    );
  });
});
