import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasPart } from '../../support/require-part.ts';
import { repositoryRoot, runByoc } from '../../support/run-command.ts';

interface ImageDemoFacts {
  readonly runtime: string;
  readonly model: { readonly name: string };
  readonly images: readonly { readonly prompt: string; readonly file: string; readonly sha256: string }[];
  readonly output: { readonly directory: string; readonly sheet: string };
  readonly usage: { readonly images: string; readonly megapixel_steps: string };
}

const runtimes = ['process', ...((await hasPart('docker')) && (await hasPart('base-image')) ? ['docker'] : [])];

const mine = ['--model', `mine=${join(repositoryRoot, 'packages/plugin-diffusion/model')}`];
const cases = runtimes.map((runtime) => ({
  runtime,
  // In a container, a folder of one's own, which is mounted.
  ...(runtime === 'docker'
    ? { model: 'mine', more: [...mine, '--prompt', 'a red circle above a blue square'], count: 1 }
    : { model: 'builtin', more: [], count: 8 }),
}));

describe.each(cases)('byoc demo image on the $runtime runtime, by $model', ({ runtime, model, more, count }) => {
  let folder: string;
  let facts: ImageDemoFacts;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'byoc-demo-image-'));
    const demo = await runByoc(['demo', 'image', '--json', '--runtime', runtime, ...more], { cwd: folder });
    expect({ exitCode: demo.exitCode, stderr: demo.stderr }).toEqual({ exitCode: 0, stderr: '' });
    facts = JSON.parse(demo.stdout);
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('makes pictures of words, charges what was run, and shows them on one page', async () => {
    const usage = { images: String(count), megapixel_steps: String(count) };
    expect(facts).toMatchObject({ runtime, model: { name: model }, usage });
    const page = await readFile(facts.output.sheet, 'utf8');
    for (const { prompt, file, sha256 } of facts.images) {
      const bytes = await readFile(join(facts.output.directory, file));
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
      expect(await sharp(bytes).metadata()).toMatchObject({ format: 'png', width: 128, height: 128 });
      expect(page).toContain(`<img src="${file}" alt="${prompt}">`);
    }
    expect(new Set(facts.images.map(({ sha256 }) => sha256)).size).toBe(count);
  });
});
