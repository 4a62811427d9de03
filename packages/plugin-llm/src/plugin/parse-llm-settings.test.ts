import { expect, it } from 'vitest';
import { parseLlmSettings } from './parse-llm-settings.ts';

it('reads what an operator sets', () => {
  const proof = { BYOC_LLM_PROOF_PROMPT: 'Capital of France?', BYOC_LLM_PROOF_ANSWER: 'Paris' };
  expect(parseLlmSettings({ BYOC_LLM_SLOTS: '8', BYOC_LLM_GPU: 'cpu', BYOC_LLM_THREADS: '', ...proof })).toMatchObject({
    ...{ slots: 8, gpu: 'cpu', threads: undefined, contextTokens: undefined },
    proof: { prompt: 'Capital of France?', answer: 'Paris' },
  });
});

it('takes the models that the host has brought, unless another folder is named', () => {
  const brought = { BYOC_MODELS_PATH: '/byoc/models' };
  expect(parseLlmSettings(brought).modelsPath).toBe('/byoc/models');
  expect(parseLlmSettings({ ...brought, BYOC_LLM_MODELS_PATH: '/own' }).modelsPath).toBe('/own');
  expect(parseLlmSettings({}).modelsPath).toBeUndefined();
});

it('refuses what is no setting, by the name of the variable', () => {
  expect(() => parseLlmSettings({ BYOC_LLM_SLOTS: 'many' })).toThrow('BYOC_LLM_SLOTS');
  expect(() => parseLlmSettings({ BYOC_LLM_GPU: 'tpu' })).toThrow('BYOC_LLM_GPU');
});

it('puts the worker in front of a server where one is named', () => {
  const command = { BYOC_LLM_SERVER_COMMAND: '["vllm","serve","m"]', BYOC_LLM_SERVER_KEY: 'k' };
  expect(parseLlmSettings(command).server).toEqual({
    command: ['vllm', 'serve', 'm'],
    baseUrl: undefined,
    apiKey: 'k',
  });
  expect(parseLlmSettings({ BYOC_LLM_SERVER_URL: 'http://127.0.0.1:1/v1' }).server).toMatchObject({
    baseUrl: 'http://127.0.0.1:1/v1',
  });
  expect(parseLlmSettings({}).server).toBeUndefined();
  expect(() => parseLlmSettings({ BYOC_LLM_SERVER_COMMAND: 'vllm serve m' })).toThrow('must be a JSON array of texts');
  expect(() => parseLlmSettings({ BYOC_LLM_SERVER_URL: 'file:///etc' })).toThrow('BYOC_LLM_SERVER_URL');
});

it('reads models with adapters, whole ones', () => {
  const pirate = { name: 'pirate', model: 'qwen3-8b', adapters: [{ file: 'adapters/pirate.gguf' }] };
  expect(parseLlmSettings({ BYOC_LLM_ADAPTERS: JSON.stringify([pirate]) }).adapted).toEqual([
    { ...pirate, adapters: [{ file: 'adapters/pirate.gguf', scale: 1 }] },
  ]);
  expect(parseLlmSettings({}).adapted).toEqual([]);
  expect(() => parseLlmSettings({ BYOC_LLM_ADAPTERS: 'pirate' })).toThrow(
    'must be a JSON array of models with adapters',
  );
});
