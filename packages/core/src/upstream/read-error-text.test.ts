import { expect, it } from 'vitest';
import { readErrorText } from './read-error-text.ts';

it.each([
  ['OpenAI', { error: { message: 'too long', type: 'invalid_request_error' } }, 'too long'],
  ['sd-server', { error: 'server_error', message: 'bad json' }, 'bad json'],
  ['vLLM', { message: 'no key' }, 'no key'],
  ['FastAPI', { detail: 'Sampler not found' }, 'Sampler not found'],
  [
    'FastAPI’s validation',
    { detail: [{ loc: ['body', 'steps'], msg: 'not an integer', type: 'int' }] },
    'not an integer (body.steps)',
  ],
  ['A1111', { error: 'OutOfMemoryError', detail: '', body: '', errors: 'CUDA out of memory' }, 'CUDA out of memory'],
  [
    'ComfyUI',
    { error: { type: 'prompt_no_outputs', message: 'Prompt has no outputs', details: '' }, node_errors: [] },
    'Prompt has no outputs',
  ],
])('finds the sentence in an error of %s', (_, body, sentence) => {
  expect(readErrorText(JSON.stringify(body))).toBe(sentence);
});

it('leaves what is no JSON, or says nothing, as it is', () => {
  expect(readErrorText('<html>')).toBe('<html>');
  expect(readErrorText('{"a":1}')).toBe('{"a":1}');
  expect(readErrorText('null')).toBe('null');
});
