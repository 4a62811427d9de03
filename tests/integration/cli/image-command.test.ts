import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
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

const verify = (...args: string[]) => runCliHere(['verify', ...args], { NO_COLOR: '1' });

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

describe('byoc verify', () => {
  let file: string;
  let signed: string;

  beforeAll(async () => {
    file = join(folder, 'signed.png');
    const made = await run('-o', file, '--provenance');
    expect(made).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('1 signed, for `byoc verify`') });
    signed = await readFile(`${file}.provenance.json`, 'utf8');
  });

  it('says what is proven about a picture that was free, and what is not', async () => {
    const { exitCode, stdout } = await verify(file);
    expect(exitCode).toBe(0);
    const address = started.address.toLowerCase();
    expect(stdout).toContain(`The key of ${address} signed that it made this very file`);
    expect(stdout).toContain('Whose key that is: anybody can sign with one.');
    expect(stdout).toContain(`sha256:${sha256(await readFile(file))}, in the output at /images/0`);

    const { stdout: json } = await verify(file, '--orchestrator', started.address, '--json');
    expect(JSON.parse(json)).toMatchObject({
      ...{ file, isExpected: true, orchestrator: address },
      receipt: { capability: 'image/generate@1.0.0', amountWei: '0', payer: '', modelDigests: [expect.any(String)] },
      output: { images: [{ seed: 7 }] },
    });
    expect(json).not.toContain('anybody');
  });

  it('checks each of several, with a file of provenance that is named', async () => {
    const directory = join(folder, 'signed');
    await run('-o', directory, '-i', 'count=2', '--provenance');
    const provenance = join(directory, 'image-01.png.provenance.json');
    const { stdout } = await verify(join(directory, 'image-02.png'), '--provenance', provenance);
    expect(stdout).toContain('in the output at /images/1');
  });

  const tampered = (change: (text: string) => string) => async () => {
    const path = join(folder, 'tampered.json');
    await writeFile(path, change(signed));
    return [file, '--provenance', path];
  };

  it.each([
    [
      'a picture that was changed',
      async () => {
        const path = join(folder, 'changed.png');
        await writeFile(path, Buffer.concat([await readFile(file), Buffer.from([0])]));
        return [path, '--provenance', `${file}.provenance.json`];
      },
      'PROVENANCE_FILE_UNKNOWN',
    ],
    ['a changed receipt', tampered((text) => text.replace(/"endedAt": \d/, '"endedAt": 9')), 'PROVENANCE_INVALID'],
    ['a changed output', tampered((text) => text.replace('\\"seed\\":7', '\\"seed\\":8')), 'PROVENANCE_INVALID'],
    ['another signer', async () => [file, '--orchestrator', `0x${'a'.repeat(40)}`], 'PROVENANCE_SIGNER_UNEXPECTED'],
    ['nothing that was signed', async () => [join(folder, 'out.png')], 'PROVENANCE_MISSING'],
    ['no picture', async () => [join(folder, 'none.png')], 'SOURCE_FILE_UNREADABLE'],
    ['no address', async () => [file, '--orchestrator', '0x1'], 'INPUT_ARGUMENT_INVALID'],
  ])('refuses %s', async (_, args, code) => {
    const { exitCode, stdout } = await verify(...(await args()), '--json');
    expect(JSON.parse(stdout)).toMatchObject({ error: { code } });
    expect(exitCode).not.toBe(0);
  });

  it('is not asked for where nothing is written', async () => {
    expect(await run('--provenance')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('name them with --output'),
    });
  });
});

describe('byoc run image/upscale', () => {
  const enlarge = async (name: string) => {
    const [source, output] = [join(folder, 'small.png'), join(folder, name)];
    await sharp({ create: { width: 40, height: 30, channels: 3, background: '#c33' } }).toFile(source);
    const where = ['--orchestrator', `${started.url}#${started.address}`, '--data-dir', folder];
    const ran = await runCliHere(['run', 'image/upscale', '-f', `image=${source}`, '-o', output, ...where], {
      NO_COLOR: '1',
    });
    return { ...ran, output };
  };

  it('writes the larger picture to the file that is named', async () => {
    const { exitCode, stdout, output } = await enlarge('large.jpg');
    expect(exitCode).toBe(0);
    const bytes = await readFile(output);
    expect(await sharp(bytes).metadata()).toMatchObject({ format: 'jpeg', width: 80, height: 60 });
    expect(stdout).toBe(`${output}  80×60  1 KiB  sha256 ${sha256(bytes)}\n`);
  });

  it('writes it into a folder', async () => {
    const { output, stderr } = await enlarge('large');
    expect(await readdir(output)).toEqual(['image.png']);
    expect(stderr).toContain('1 megapixels, 1 images');
  });
});
