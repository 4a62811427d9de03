/** Writes the protos' descriptors as a TypeScript file, so that reflection needs no file on disk. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const target = join(root, 'packages/core/src/protocol/gen/descriptors.ts');
const directory = mkdtempSync(join(tmpdir(), 'byoc-descriptors-'));
try {
  const set = join(directory, 'set.binpb');
  execFileSync(
    join(root, 'tools/node_modules/.bin/buf'),
    ['build', '--as-file-descriptor-set', '--exclude-source-info', '--output', set],
    { cwd: root, stdio: 'inherit' },
  );
  const base64 = readFileSync(set).toString('base64');
  const lines = base64.match(/.{1,110}/g) ?? [];
  writeFileSync(
    target,
    `// Written by scripts/generate-descriptors.ts. DO NOT EDIT.\n\n/** google.protobuf.FileDescriptorSet of every proto, base64. */\nexport const descriptorSetBase64 =\n${lines.map((line) => `  '${line}'`).join(' +\n')};\n`,
  );
} finally {
  rmSync(directory, { recursive: true, force: true });
}
