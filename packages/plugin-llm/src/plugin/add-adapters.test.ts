import { expect, it } from 'vitest';
import { addAdapters } from './add-adapters.ts';

const models = [{ name: 'qwen', path: '/m/qwen.gguf' }];
const pirate = { name: 'pirate', model: 'qwen', adapters: [{ file: 'adapters/p.gguf', scale: 0.5 }] };

it('adds a model with adapters after those that are files: it is never the default', () => {
  expect(addAdapters(models, [pirate], '/m')).toEqual([
    { name: 'qwen', path: '/m/qwen.gguf' },
    { name: 'pirate', path: '/m/qwen.gguf', adapters: [{ path: '/m/adapters/p.gguf', scale: 0.5 }] },
  ]);
});

it('refuses one of a model that is not there, and a name that is taken', () => {
  expect(() => addAdapters(models, [{ ...pirate, model: 'llama' }], '/m')).toThrow(
    'Model pirate is made of llama, which is not there.',
  );
  expect(() => addAdapters(models, [{ ...pirate, name: 'qwen' }], '/m')).toThrow('Model qwen is there twice');
});

it('takes a file that is an adapter for no model', () => {
  const there = [...models, { name: 'pirate-lora', path: '/m/pirate-lora.gguf' }];
  for (const file of ['pirate-lora', 'pirate-lora.gguf', '/m/pirate-lora.gguf'])
    expect(addAdapters(there, [{ ...pirate, adapters: [{ file, scale: 1 }] }], '/m')).toEqual([
      ...models,
      { name: 'pirate', path: '/m/qwen.gguf', adapters: [{ path: '/m/pirate-lora.gguf', scale: 1 }] },
    ]);
});
