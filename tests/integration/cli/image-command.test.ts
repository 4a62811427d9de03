import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOnnxEngine } from '../../../packages/plugin-diffusion/src/onnx.ts';
import { createDiffusionPlugin } from '../../../packages/plugin-diffusion/src/plugin.ts';
import { runCliHere } from '../../support/run-cli-here.ts';
import { type StartedOrchestrator, startOrchestrator } from '../gateway/start-orchestrator.ts';

let started: StartedOrchestrator;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'byoc-image-command-'));
  started = await startOrchestrator({
    plugin: createDiffusionPlugin({ engine: async () => createOnnxEngine({ providers: ['cpu'] }) }),
  });
});

afterAll(async () => {
  await started[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const run = (...args: string[]) => {
  const input = ['-i', 'prompt=a large red circle', '-i', 'steps=2', '-i', 'seed=7'];
  const where = ['--orchestrator', `${started.url}#${started.address}`, '--data-dir', folder];
  return runCliHere(['run', 'image/generate', ...input, ...where, ...args], { NO_COLOR: '1' });
};
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('byoc run image/generate', () => {
  it('writes one picture to the file that is named, in its format, and says what it is', async () => {
    const file = join(folder, 'out.webp');
    const { exitCode, stdout, stderr } = await run('--out', file);
    expect(exitCode).toBe(0);
    const bytes = await readFile(file);
    expect(await sharp(bytes).metadata()).toMatchObject({ format: 'webp', width: 128, height: 128 });
    expect(stdout).toBe(`${file}  128×128  ${Math.ceil(bytes.length / 1024)} KiB  seed 7  sha256 ${sha256(bytes)}\n`);
    expect(stderr).toContain('It was free.');
    // No terminal, no previews.
    expect(stdout + stderr).not.toContain('\x1b');
  });

  it('writes several into a folder', async () => {
    const directory = join(folder, 'several');
    const { stdout } = await run('-o', directory, '-i', 'count=2', '-i', 'width=256');
    expect((await readdir(directory)).toSorted()).toEqual(['image-01.png', 'image-02.png']);
    expect(stdout).toMatch(/image-01.png {2}256×128 .* seed 7 .*\n.*image-02.png {2}256×128 .* seed 8 /);
    expect(stdout).toContain('width, height adjusted: The model makes 128 × 128');
  });

  it('tells a program where the file is', async () => {
    const file = join(folder, 'out.png');
    const { stdout } = await run('-o', file, '--json');
    expect(JSON.parse(stdout)).toMatchObject({ file, output: { images: [{ sha256: sha256(await readFile(file)) }] } });
  });

  it.each([
    ['a file that is there', ['-o', 'out.png'], 'exists already'],
    ['several pictures in one file', ['-o', 'two.png', '-i', 'count=2'], 'name a folder'],
    ['another format than the name says', ['-o', 'two.png', '-i', 'format=jpeg'], '`format` of the input is "jpeg"'],
    ['a folder that is not there', ['-o', 'nowhere/two.png'], 'its folder is not there'],
  ])('refuses %s before it is paid for', async (_, [option = '', name = '', ...more], reason) => {
    const { exitCode, stderr } = await run(option, join(folder, name), ...more);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(reason);
    expect(stderr).not.toContain('diffuse');
  });
});
