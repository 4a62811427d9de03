import { describe, expect, it } from 'vitest';
import { chat } from '../capability/chat.ts';
import { messagesOf } from '../capability/chat-input.ts';
import type { Dialect } from './dialect.ts';
import { toChatRequest } from './to-chat-request.ts';

function ask(input: Parameters<typeof chat.schemas.input.parse>[0], dialect: Dialect = 'openai', caller?: string) {
  const parsed = chat.schemas.input.parse(input);
  const options = { model: 'm', messages: messagesOf(parsed), pictures: new Map(), outputTokensMax: 7 };
  return toChatRequest(parsed, { ...options, dialect, caller });
}

describe('a request to an OpenAI-compatible server', () => {
  it('asks for a stream with its usage, and says nothing that was not asked for', () => {
    expect(ask({ prompt: 'hi' })).toEqual({
      body: {
        model: 'm',
        messages: [{ role: 'user', content: 'hi' }],
        ...{ stream: true, stream_options: { include_usage: true }, max_tokens: 7 },
      },
      ignored: [],
    });
  });

  it('says a conversation with tools', () => {
    const { body } = ask({
      messages: [
        { role: 'user', content: 'weather?' },
        { role: 'assistant', toolCalls: [{ id: 'c', name: 'weather', arguments: '{}' }] },
        { role: 'tool', toolCallId: 'c', content: 'rain' },
      ],
      tools: [{ name: 'weather', parameters: { type: 'object' } }],
      toolChoice: { name: 'weather' },
    });
    expect(body).toMatchObject({
      messages: [
        { role: 'user', content: 'weather?' },
        {
          ...{ role: 'assistant', content: null },
          tool_calls: [{ id: 'c', type: 'function', function: { name: 'weather', arguments: '{}' } }],
        },
        { role: 'tool', tool_call_id: 'c', content: 'rain' },
      ],
      tools: [{ type: 'function', function: { name: 'weather', parameters: { type: 'object' } } }],
      tool_choice: { type: 'function', function: { name: 'weather' } },
      parallel_tool_calls: true,
    });
  });

  const more = { prompt: 'hi', topK: 5, minP: 0.1, repeatPenalty: 1.2 } as const;

  it.each([
    ['vllm', { top_k: 5, min_p: 0.1, repetition_penalty: 1.2 }],
    ['llama-server', { top_k: 5, min_p: 0.1, repeat_penalty: 1.2 }],
  ] as const)('uses the names of %s', (dialect, names) => {
    expect(ask(more, dialect)).toMatchObject({ body: names, ignored: [] });
  });

  it('lists what a stranger is not known to have, and leaves it out', () => {
    const { body, ignored } = ask({ ...more, truncate: 'oldest', reasoning: { effort: 'low', maxTokens: 5 } });
    expect(ignored.map(({ setting }) => setting)).toEqual([
      'repeatPenalty',
      'reasoning.maxTokens',
      'truncate',
      'topK',
      'minP',
    ]);
    expect(Object.keys(body)).not.toContain('top_k');
    expect(body).toMatchObject({ reasoning_effort: 'low' });
  });

  it('keeps what was read for one caller from the next', () => {
    const salts = [1, 2].map(() => ask({ prompt: 'hi' }, 'vllm').body['cache_salt']);
    expect(new Set(salts).size).toBe(2);
    expect(ask({ prompt: 'hi' }, 'vllm', 'me').body['cache_salt']).toBe('me');
    expect(ask({ prompt: 'hi' }, 'llama-server').body['cache_prompt']).toBe(false);
    expect(ask({ prompt: 'hi' }, 'llama-server', 'me').body).not.toHaveProperty('cache_prompt');
  });
});
