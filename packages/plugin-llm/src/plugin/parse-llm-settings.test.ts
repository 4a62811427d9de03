import { expect, it } from 'vitest';
import { parseLlmSettings } from './parse-llm-settings.ts';

it('reads what an operator sets', () => {
  const proof = { BYOC_LLM_PROOF_PROMPT: 'Capital of France?', BYOC_LLM_PROOF_ANSWER: 'Paris' };
  expect(parseLlmSettings({ BYOC_LLM_SLOTS: '8', BYOC_LLM_GPU: 'cpu', BYOC_LLM_THREADS: '', ...proof })).toMatchObject({
    ...{ slots: 8, gpu: 'cpu', threads: undefined, contextTokens: undefined },
    proof: { prompt: 'Capital of France?', answer: 'Paris' },
  });
});

it('refuses what is no setting, by the name of the variable', () => {
  expect(() => parseLlmSettings({ BYOC_LLM_SLOTS: 'many' })).toThrow('BYOC_LLM_SLOTS');
  expect(() => parseLlmSettings({ BYOC_LLM_GPU: 'tpu' })).toThrow('BYOC_LLM_GPU');
});
