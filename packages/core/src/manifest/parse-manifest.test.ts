import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { contractDigest } from '../capability/contract-digest.ts';
import { defineCapability } from '../capability/define-capability.ts';
import { definePlugin, implement } from './define-plugin.ts';
import { deriveManifest, manifestText } from './derive-manifest.ts';
import { parseManifest } from './parse-manifest.ts';

const capability = defineCapability({
  name: 'a/b',
  version: '1.0.0',
  input: z.object({ text: z.string() }),
  output: z.object({}),
  meters: {},
});
const plugin = definePlugin({
  manifest: { name: 'a/plugin', version: '1.0.0' },
  implementations: [implement(capability, async () => ({}))],
});
const manifest = deriveManifest(plugin);
const [first] = manifest.capabilities;

function messageOf(source: unknown): string {
  try {
    parseManifest(source, { location: 'here' });
    return 'nothing was thrown';
  } catch (error) {
    return (error as { shortMessage: string }).shortMessage;
  }
}

function withContract(change: object): unknown {
  const contract = { ...capability.contract, ...change };
  return { ...manifest, capabilities: [{ contract, digest: contractDigest(contract) }] };
}

describe('parseManifest', () => {
  it('reads what deriveManifest wrote, as text, bytes or a value', () => {
    const text = manifestText(manifest);
    expect(parseManifest(text, { location: 'here' })).toEqual(manifest);
    expect(parseManifest(new TextEncoder().encode(text), { location: 'here' })).toEqual(manifest);
    expect(manifestText(parseManifest(JSON.parse(text), { location: 'here' }))).toBe(text);
  });

  it('fills in defaults', () => {
    expect(manifest).toMatchObject({
      concurrency: 1,
      resources: { cpu: 1, pids: 256 },
      grants: { egress: [], devices: [] },
    });
  });

  it('says what is wrong', () => {
    expect(messageOf('{')).toMatchInlineSnapshot(
      `"The plugin manifest at here is not JSON: Expected property name or '}' in JSON at position 1 (line 1 column 2)."`,
    );
    expect(messageOf({ ...manifest, name: 'Bad', colour: 'red' })).toMatchInlineSnapshot(
      `"The plugin manifest at here is invalid: \`/name\` must be lower-case letters, digits and \`-\`, with at most one \`/\`; \`/colour\` is not a known field."`,
    );
    expect(messageOf({ ...manifest, protocol: 'byoc.worker.v2', news: 1 })).toMatchInlineSnapshot(
      `"The plugin at here speaks byoc.worker.v2; this version speaks byoc.worker.v1."`,
    );
    expect(messageOf({ ...manifest, manifest: 2 })).toMatchInlineSnapshot(
      `"The plugin at here speaks manifest format 2; this version speaks manifest format 1."`,
    );
    expect(messageOf({ ...manifest, capabilities: [first, first] })).toMatchInlineSnapshot(
      `"The plugin manifest at here names a/b@1.0.0 twice."`,
    );
    expect(messageOf(withContract({ meters: { m: { unit: 'x', estimate: '1 +' } } }))).toMatchInlineSnapshot(
      `"The estimate of meter \`m\` (\`1 +\`) failed: Unexpected token: EOF."`,
    );
    expect(messageOf(withContract({ input: { $ref: 'https://example.com' } }))).toMatchInlineSnapshot(
      `"Capability a/b@1.0.0 can't be defined: \`input\`: \`$ref\` to https://example.com leaves the schema."`,
    );
  });

  it('refuses a contract that was changed after its digest was taken', () => {
    const changed = { contract: { ...capability.contract, description: 'New.' }, digest: capability.digest };
    expect(() => parseManifest({ ...manifest, capabilities: [changed] }, { location: 'here' })).toThrow(
      expect.objectContaining({ code: 'MANIFEST_DIGEST_MISMATCH' }),
    );
  });

  it.each([
    [
      [
        { name: 'a', uri: 'hf://acme/a', include: ['*.json'] },
        { name: 'b', files: [{ uri: 'https://x.example/b', path: 'c/d' }] },
      ],
      '',
    ],
    [[{ name: 'a', uri: 'file:/etc/passwd' }], 'is for its operator to name'],
    [[{ name: 'a', uri: 'http://127.0.0.1/a' }], 'must come by `hf:` or `https:`'],
    [[{ name: '../a', uri: 'hf://acme/a' }], 'must be letters, digits'],
    [[{ name: 'a' }], 'must have either `uri` or `files`'],
    [[{ name: 'a', files: [{ uri: 'https://x.example/b', path: '../d' }] }], 'must be a relative path'],
    [[{ name: 'a', uri: 'hf://acme/a', sha256: 'ab'.repeat(32) }], 'for one file only'],
    [Array.from({ length: 2 }, () => ({ name: 'a', uri: 'hf://acme/a' })), 'must not name a model twice'],
  ])('reads models, and refuses what no image may name: %j', (models, reason) => {
    if (reason === '') expect(parseManifest({ ...manifest, models }, { location: 'here' }).models).toEqual(models);
    else expect(messageOf({ ...manifest, models })).toContain(reason);
  });

  it.each([null, undefined, 3, [], true])('refuses %s', (source) => {
    expect(() => parseManifest(source, { location: 'here' })).toThrow(
      expect.objectContaining({ code: 'MANIFEST_INVALID' }),
    );
  });
});

describe('definePlugin', () => {
  it('refuses the same capability twice', () => {
    const implementations = [implement(capability, async () => ({})), implement(capability, async () => ({}))];
    expect(() => definePlugin({ manifest: { name: 'p', version: '1.0.0' }, implementations })).toThrow(
      expect.objectContaining({ code: 'MANIFEST_CAPABILITY_DUPLICATE' }),
    );
  });
});
