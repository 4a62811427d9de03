import { describe, expect, it } from 'vitest';
import { parseModelUri } from '../../manifest/model-uri.ts';
import { entriesOf, matchesPattern, planHubFiles } from './plan-files.ts';

const listed = ['config.json', 'unet/model.onnx', 'unet/model.onnx_data', 'README.md'].map((path) => ({
  ...{ path, url: `http://hub/${path}`, sizeBytes: 3, sha256: undefined, blobId: undefined },
}));
const plan = (model: Omit<Parameters<typeof entriesOf>[0], 'name'>) => {
  const named = { name: 'm', ...model };
  return entriesOf(named).flatMap((entry) => planHubFiles(named, entry, listed).map(({ path }) => path));
};

describe('parseModelUri', () => {
  it.each([
    ['hf://acme/small', { type: 'hub', repository: 'acme/small', revision: 'main', path: undefined }],
    ['hf://acme/small@refs%2Fpr%2F3/a/b.gguf', { repository: 'acme/small', revision: 'refs/pr/3', path: 'a/b.gguf' }],
    ['https://models.example/a.gguf', { type: 'web', url: 'https://models.example/a.gguf' }],
    ['http://127.0.0.1:80/a.gguf', { type: 'web', url: 'http://127.0.0.1/a.gguf' }],
    ['file:/models/a%20b.gguf', { type: 'disk', path: '/models/a b.gguf' }],
  ])('reads %s', (uri, location) => {
    expect(parseModelUri(uri)).toMatchObject(location);
  });

  it.each([
    '',
    'a.gguf',
    'hf://',
    'hf://acme',
    'hf://../x',
    'hf://acme/small/',
    'hf://acme/small/../x',
    'hf://a/b@%zz/c',
    'http://models.example/a',
    'file:a',
    'file://host/a',
    'file:/%zz',
    'data:,a',
    'https://me@host/a',
  ])('refuses %j', (uri) => {
    expect(parseModelUri(uri)).toBeTypeOf('string');
  });
});

describe('planHubFiles', () => {
  it('takes a file, a repository, or what patterns take of it', () => {
    expect(plan({ uri: 'hf://a/b/unet/model.onnx' })).toEqual(['model.onnx']);
    expect(plan({ uri: 'hf://a/b' })).toHaveLength(4);
    expect(plan({ uri: 'hf://a/b', include: ['*.onnx*'] })).toEqual(['unet/model.onnx', 'unet/model.onnx_data']);
    expect(plan({ files: [{ uri: 'hf://a/b/config.json', path: 'deep/c.json' }] })).toEqual(['deep/c.json']);
  });

  it('says what is not there', () => {
    expect(() => plan({ uri: 'hf://a/b', include: ['*.bin'] })).toThrow('it has no file *.bin');
    expect(() => plan({ uri: 'hf://a/b/unet/model' })).toThrow('it has no file unet/model');
    expect(() => plan({ uri: 'hf://a/b/config.json', sizeBytes: 4 })).toThrow('the hub has 3, not 4');
  });
});

describe('matchesPattern', () => {
  it.each([
    ['*.json', true],
    ['a/', true],
    ['a/?.json', true],
    ['*', true],
    ['b.json', false],
    ['*.jso', false],
    ['?.json', false],
  ])('a/b.json by %s: %s', (pattern, expected) => {
    expect(matchesPattern('a/b.json', pattern)).toBe(expected);
  });

  it('is quick with a pattern that is made to be slow', () => {
    expect(matchesPattern(`${'a'.repeat(1000)}b`, `${'*a'.repeat(140)}*c`)).toBe(false);
  });
});
