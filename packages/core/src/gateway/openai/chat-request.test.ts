import { describe, expect, it } from 'vitest';
import { BlobInput } from '../blobs/blob-input.ts';
import { readChatRequest } from './chat-request.ts';

const ask = (more: object = {}) =>
  readChatRequest({ model: 'm', messages: [{ role: 'user', content: 'hi' }], ...more });
const refusal = (more: object) => {
  try {
    ask(more);
  } catch (error) {
    return (error as Error).message.split('\n')[0];
  }
  return expect.unreachable();
};

describe('a request for a chat completion', () => {
  it('becomes an input of text/chat that names only what was named', () => {
    expect(ask()).toEqual({
      input: { model: 'm', messages: [{ role: 'user', content: 'hi' }] },
      ...{ model: 'm', stream: false, includeUsage: false, ignored: [] },
    });
  });

  it('carries every setting over', () => {
    const { input, ignored } = ask({
      ...{ temperature: 0.5, top_p: 0.9, top_k: 40, min_p: 0.1, presence_penalty: 1, frequency_penalty: -1 },
      ...{ repetition_penalty: 1.1, seed: 7, stop: '.', max_completion_tokens: 5, logprobs: true, top_logprobs: 2 },
      ...{
        reasoning_effort: 'low',
        parallel_tool_calls: false,
        tool_choice: { type: 'function', function: { name: 'f' } },
      },
      tools: [{ type: 'function', function: { name: 'f', description: 'd', parameters: { type: 'object' } } }],
      response_format: { type: 'json_schema', json_schema: { name: 's', strict: true, schema: { type: 'object' } } },
    });
    expect(input).toEqual({
      model: 'm',
      messages: [{ role: 'user', content: 'hi' }],
      ...{ temperature: 0.5, topP: 0.9, topK: 40, minP: 0.1, presencePenalty: 1, frequencyPenalty: -1 },
      ...{ repeatPenalty: 1.1, seed: 7, stop: ['.'], maxOutputTokens: 5, logprobs: { top: 2 } },
      ...{ reasoning: { effort: 'low' }, parallelToolCalls: false, toolChoice: { name: 'f' } },
      tools: [{ name: 'f', description: 'd', parameters: { type: 'object' } }],
      responseFormat: { type: 'json-schema', name: 's', schema: { type: 'object' } },
    });
    expect(ignored).toEqual([]);
  });

  it('carries every kind of message over', () => {
    const { input } = ask({
      messages: [
        { role: 'developer', content: [{ type: 'text', text: 'be brief' }] },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'what is it?' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,AAEC' } },
            { type: 'image_url', image_url: { url: 'https://pictures.example/a.png' } },
          ],
        },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'c', type: 'function', function: { name: 'look', arguments: '{}' } }],
        },
        { role: 'tool', tool_call_id: 'c', content: 'a cat' },
        { role: 'assistant', content: 'a cat', reasoning_content: 'it purrs' },
      ],
    });
    const image = (origin: object, mediaType?: string) => ({
      type: 'image',
      image: new BlobInput(origin as never, mediaType),
    });
    expect(input.messages).toEqual([
      { role: 'system', content: [{ type: 'text', text: 'be brief' }] },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'what is it?' },
          image({ type: 'bytes', data: Buffer.from([0, 1, 2]) }, 'image/png'),
          image({ type: 'uri', uri: 'https://pictures.example/a.png' }),
        ],
      },
      { role: 'assistant', toolCalls: [{ id: 'c', name: 'look', arguments: '{}' }] },
      { role: 'tool', toolCallId: 'c', content: 'a cat' },
      { role: 'assistant', content: 'a cat', reasoning: 'it purrs' },
    ]);
  });

  it.each(['text/chat', 'text/chat@^1'])('takes the model `%s` for any', (model) => {
    expect(ask({ model }).input.model).toBeUndefined();
  });

  it('takes null for not there, as generated clients send it', () => {
    const nothing = { stream: null, tools: null, stop: null, temperature: null, response_format: null, user: null };
    expect(ask(nothing)).toEqual(ask());
  });

  it('lists what text/chat has no word for', () => {
    expect(
      ask({ logit_bias: {}, made_up: 1, tools: [{ type: 'function', function: { name: 'f', strict: true } }] }).ignored,
    ).toEqual(
      ['logit_bias', 'made_up', 'tools[].function.strict'].map((setting) => ({
        setting,
        reason: 'text/chat has no such setting',
      })),
    );
  });

  it('is refused by the name of the wrong field', () => {
    expect([
      refusal({ messages: undefined }),
      refusal({ messages: [{ role: 'wizard', content: 'hi' }] }),
      refusal({ messages: [{ role: 'user', content: [{ type: 'input_audio', input_audio: {} }] }] }),
      refusal({
        messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'file:///etc/passwd' } }] }],
      }),
      refusal({
        messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:image/png,x' } }] }],
      }),
      refusal({ tools: [{ type: 'custom', custom: { name: 'f' } }] }),
      refusal({ functions: [] }),
      refusal({ modalities: ['text', 'audio'] }),
      refusal({ stop: 7 }),
    ]).toMatchInlineSnapshot(`
      [
        "\`messages\` is required.",
        "\`messages[0].role\` must be one of "system", "developer", "user", "assistant", "tool", got "wizard".",
        "\`messages[0].content[0].type\` must be one of "text", "image_url", got "input_audio".",
        "\`messages[0].content[0].image_url.url\` must be an http, https or data URL.",
        "\`messages[0].content[0].image_url.url\` is no \`data:<type>;base64,<bytes>\` URL.",
        "\`tools[0].type\` must be "function", got "custom".",
        "\`functions\` is no longer in use: send \`tools\`.",
        "\`modalities\` must be ["text"]: answers are text.",
        "\`stop\` fits none of its forms: must be a string, got a number, or must be a list, got a number.",
      ]
    `);
  });
});
