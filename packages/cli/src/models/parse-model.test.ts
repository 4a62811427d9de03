import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { parseModel } from './parse-model.ts';

const sha256 = 'ab'.repeat(32);

it.each([
  [
    'hf://Qwen/Qwen3-8B-GGUF/Qwen3-8B-Q4_K_M.gguf',
    { name: 'Qwen3-8B-Q4_K_M', uri: 'hf://Qwen/Qwen3-8B-GGUF/Qwen3-8B-Q4_K_M.gguf' },
  ],
  ['qwen=hf://Qwen/Qwen3@v2/q-00001-of-00003.gguf', { name: 'qwen', uri: 'hf://Qwen/Qwen3@v2/q-00001-of-00003.gguf' }],
  [
    'hf://acme/large/q4/large-00001-of-00003.gguf',
    { name: 'large', uri: 'hf://acme/large/q4/large-00001-of-00003.gguf' },
  ],
  [
    'hf://acme/sdxl-turbo@main?include=*.onnx*,*.json',
    { name: 'sdxl-turbo', uri: 'hf://acme/sdxl-turbo@main', include: ['*.onnx*', '*.json'] },
  ],
  [
    `https://models.example/m.gguf?download=true#sha256=${sha256}`,
    { name: 'm', uri: 'https://models.example/m.gguf?download=true', sha256 },
  ],
  ['m.gguf', { name: 'm', uri: `file://${resolve('m.gguf')}` }],
  ['own=/models/llama 3/', { name: 'own', uri: 'file:///models/llama%203' }],
])('reads %s', (text, model) => {
  expect(parseModel(text)).toEqual(model);
});

it.each([
  ['http://models.example/m.gguf', 'not by `http:`'],
  ['ftp://models.example/m.gguf', 'not by `ftp:`'],
  ['https://me:secret@models.example/m.gguf', 'a user name or a password'],
  ['https://models.example/m.gguf#sha256=1', '64 digits'],
  ['hf://owner', 'not of the form'],
  ['hf://owner/name/../x', 'no path of a file'],
  ['hf://owner/name/a.gguf?include=*', 'for a repository only'],
  [`hf://owner/name#sha256=${sha256}`, 'for one file only'],
  ['https://models.example/', 'give it a name'],
])('refuses %s', (text, reason) => {
  expect(() => parseModel(text)).toThrow(reason);
});
