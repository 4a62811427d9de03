import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OrchestratorProcess, startOrchestratorProcess } from '../../support/orchestrator-process.ts';
import { hasPart } from '../../support/require-part.ts';
import { byocArguments, repositoryRoot, runByoc, runCommand } from '../../support/run-command.ts';

const hasFfmpeg = await hasPart('ffmpeg');
const node = ['--disable-warning=ExperimentalWarning', '--conditions=@byoc/source'];

describe('byoc, against an orchestrator of this machine', () => {
  let folder: string;
  let dataDirectory: string;
  let orchestrator: OrchestratorProcess;
  const byoc = (...args: string[]) => runByoc([...args, '--data-dir', dataDirectory], { cwd: folder });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'byoc-cli-'));
    dataDirectory = join(folder, 'data');
    orchestrator = await startOrchestratorProcess({ dataDirectory, runtime: 'process' });
    for (const plugin of ['examples/echo', 'examples/text-reverse/plugin.json', 'packages/plugin-transcode']) {
      const installed = await byoc('plugin', 'install', join(repositoryRoot, plugin));
      expect(installed).toMatchObject({ exitCode: 0 });
      expect(installed.stdout).toContain('is ready');
    }
  });

  afterAll(async () => {
    expect(await orchestrator.stop()).toBe(0);
    expect(await readdir(join(dataDirectory, 'workers')).catch(() => [])).toEqual([]);
    await rm(folder, { recursive: true, force: true });
  });

  it.each(['echo', 'text-reverse'])('runs the client of the %s example, which checks its answer', async (example) => {
    const client = join(repositoryRoot, 'examples', example, 'client.ts');
    const result = await runCommand(process.execPath, [...node, client, orchestrator.url]);
    expect(result).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('shows status, plugins and offers, for people and as JSON', async () => {
    expect((await byoc('orchestrator', 'status')).stdout).toContain(orchestrator.address);
    const plugins = JSON.parse((await byoc('plugin', 'ls', '--json')).stdout);
    expect(plugins.map((plugin: { pluginId: string; phase: string }) => [plugin.pluginId, plugin.phase])).toEqual([
      ['demo/echo', 'ready'],
      ['demo/text-reverse', 'ready'],
      ['byoc/transcode', 'ready'],
    ]);
    const offers = JSON.parse((await byoc('query', 'demo/echo@^1', '--json')).stdout);
    expect(offers).toMatchObject([
      { capability: 'demo/echo@1.0.0', state: 'ready', orchestrator: { address: orchestrator.address } },
    ]);
  });

  it('runs a capability and prints its output', async () => {
    const result = await byoc('run', 'demo/echo', '-i', 'text=hello', '--json');
    expect(JSON.parse(result.stdout)).toMatchObject({ output: { text: 'hello' }, usage: { characters: '5' } });
    expect(result.exitCode).toBe(0);
  });

  it('names every wrong field of an input, and exits with 2', async () => {
    const result = await byoc('run', 'video/transcode', '-i', 'source=nowhere', '-i', 'clip.startSeconds=-1');
    expect(result.exitCode).toBe(2);
    expect(result.stderr).toContain('CAPABILITY_INPUT_INVALID');
    expect(result.stderr).toContain('/source');
    expect(result.stderr).toContain('/clip/startSeconds');
  });

  it('says so when nobody offers a capability', async () => {
    const result = await byoc('run', 'no/such', '--json');
    expect(JSON.parse(result.stdout)).toMatchObject({ error: { code: 'NO_OFFER_MATCHES' } });
    expect(result.exitCode).not.toBe(0);
  });

  it.skipIf(!hasFfmpeg)('counts the pixels of a transcode again in the files it fetched', async () => {
    const source = join(folder, 'counted.mp4');
    const pictures = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25:duration=2'];
    execFileSync('ffmpeg', ['-v', 'error', ...pictures, '-c:v', 'libx264', '-preset', 'ultrafast', source]);
    const args = ['run', 'video/transcode', '-f', `source=${source}`];
    const json = await byoc(...args, '-o', join(folder, 'counted'), '--json');
    const { proof, parts } = JSON.parse(json.stdout);
    expect([json.exitCode, proof]).toMatchObject([0, { matches: true, usage: { pixels: String(320 * 180 * 50) } }]);
    expect(proof.files.map(({ name }: { name: string }) => name)).toEqual(
      parts.map(({ name }: { name: string }) => name),
    );
    // Too short to be cut: counted all the same.
    const text = await byoc(...args, '-o', join(folder, 'counted-again'), '--parallel', '2');
    expect(text.stdout).toContain('Encoded as one job: it has no keyframe in the middle where it can be cut.');
    expect(text.stderr).toContain(`Counted in the files: ${320 * 180 * 50} pixels, as billed.`);
  });

  const besides = ['source=film.mp4', 'picture.watermark.image=logo.png', 'subtitles.files.0.file=de.srt'];
  it.skipIf(!hasFfmpeg).each([
    ['the video first', besides],
    ['the video last', besides.toReversed()],
  ])('draws a watermark and carries subtitles, %s', async (order, files) => {
    const red = ['-f', 'lavfi', '-i', 'color=red:size=64x64', '-frames:v', '1', 'logo.png'];
    const black = ['-f', 'lavfi', '-i', 'color=black:size=160x90:rate=10:duration=2', '-c:v', 'libx264', 'film.mp4'];
    for (const args of [red, black]) execFileSync('ffmpeg', ['-v', 'error', '-y', ...args], { cwd: folder });
    await writeFile(join(folder, 'de.srt'), '1\n00:00:00,500 --> 00:00:01,500\nGrüße\n');
    const out = join(folder, order);
    const options = ['subtitles.files.0.language=de', 'picture.watermark.width=0.5', 'outputs.0.kind=mp4'];
    const result = await byoc(
      ...['run', 'video/transcode', '-o', out, '--json', ...files.flatMap((file) => ['-f', file])],
      ...[...options, 'outputs.1.kind=subtitles'].flatMap((option) => ['-i', option]),
    );
    expect(result).toMatchObject({ exitCode: 0, stderr: '' });
    const { output } = JSON.parse(result.stdout);
    expect(output).toMatchObject({ subtitles: [{ language: 'de', cues: 1 }], warnings: [] });
    const [{ file }] = output.subtitles;
    expect(await readFile(join(out, file.$part), 'utf8')).toContain('00:00:00.500 --> 00:00:01.500\nGrüße\n');
    // The mean of the picture: a good part of it is red now.
    const mean = ['-vf', 'scale=1:1:flags=area', '-frames:v', '1', '-pix_fmt', 'rgb24', '-f', 'rawvideo', '-'];
    const [r, g] = execFileSync('ffmpeg', ['-v', 'error', '-i', join(out, output.renditions[0].mp4.$part), ...mean]);
    expect([(r ?? 0) > 50, (g ?? 255) < 20]).toEqual([true, true]);
  });

  describe.skipIf(!hasFfmpeg)('with --parallel', () => {
    const makeLong = () => {
      const file = join(folder, 'long.mp4');
      const pictures = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25:duration=32'];
      const codec = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '50'];
      execFileSync('ffmpeg', ['-v', 'error', '-y', ...pictures, ...codec, file]);
      return file;
    };

    it('cuts a video, joins it again and counts what it was billed', async () => {
      const out = join(folder, 'joined');
      const result = await byoc(
        'run',
        'video/transcode',
        '-f',
        `source=${makeLong()}`,
        '-o',
        out,
        '--parallel',
        '2',
        '--json',
      );
      expect(result.exitCode).toBe(0);
      expect(JSON.parse(result.stdout)).toMatchObject({
        jobs: [{ piece: 'chunk-00000' }, { piece: 'chunk-00001' }],
        proof: { matches: true },
        usage: { pixels: String(320 * 180 * 800) },
        output: { renditions: [{ frames: 800 }], warnings: [] },
      });
      expect(await readdir(join(out, 'hls'))).toEqual(['180p', 'master.m3u8']);
    });

    it('leaves nothing after Ctrl-C', async () => {
      const temporary = await mkdtemp(join(folder, 'tmp-'));
      const args = [
        'run',
        'video/transcode',
        '-f',
        `source=${makeLong()}`,
        '-o',
        join(folder, 'never'),
        '--parallel',
        '2',
      ];
      const child = spawn(process.execPath, [...byocArguments, ...args, '--data-dir', dataDirectory], {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: { ...process.env, TMPDIR: temporary, NO_COLOR: '1' },
      });
      let stderr = '';
      child.stderr.on('data', (text) => {
        if (!stderr.includes('encode:') && String(text).includes('encode:')) child.kill('SIGINT');
        stderr += text;
      });
      const exitCode = await new Promise((resolve) => child.once('close', resolve));
      expect([exitCode, stderr]).toEqual([130, expect.stringContaining('INTERRUPTED')]);
      expect(await readdir(temporary)).toEqual([]);
      expect(await readdir(folder)).not.toContain('never');
    });

    it('refuses what it can not join', async () => {
      const other = await byoc('run', 'demo/echo', '-i', 'text=a', '-o', folder, '--parallel', '2');
      expect([other.exitCode, other.stderr]).toEqual([2, expect.stringContaining('it is for video/transcode')]);
    });
  });

  it.skipIf(!hasFfmpeg)('runs the program of the README', async () => {
    const readme = await readFile(join(repositoryRoot, 'README.md'), 'utf8');
    const program = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)]
      .map((match) => match[1] as string)
      .find((code) => code.includes('createGateway('));
    const project = await mkdtemp(join(folder, 'readme-'));
    await symlink(join(repositoryRoot, 'node_modules'), join(project, 'node_modules'));
    await writeFile(join(project, 'program.ts'), program ?? '');
    const source = [
      '-f',
      'lavfi',
      '-i',
      'testsrc2=size=640x360:rate=30:duration=2',
      '-f',
      'lavfi',
      '-i',
      'sine=duration=2',
    ];
    execFileSync('ffmpeg', [
      '-v',
      'error',
      ...source,
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-c:a',
      'aac',
      join(project, 'in.mp4'),
    ]);
    const result = await runCommand(process.execPath, [...node, 'program.ts', orchestrator.url], { cwd: project });
    expect(result).toMatchObject({ exitCode: 0, stderr: '' });
    expect(result.stdout).toContain('13824000n');
    expect(await readdir(join(project, 'out', 'hls'))).toContain('master.m3u8');
  });

  it('shows the log of a plugin, and removes one without a trace', async () => {
    expect((await byoc('plugin', 'logs', 'demo/text-reverse')).stdout).toContain('worker-ready');
    expect(await byoc('plugin', 'rm', 'demo/text-reverse')).toMatchObject({ exitCode: 0 });
    const left = JSON.parse((await byoc('plugin', 'ls', '--json')).stdout);
    expect(left.map((plugin: { pluginId: string }) => plugin.pluginId)).not.toContain('demo/text-reverse');
  });

  it('refuses a second orchestrator on the same data directory', async () => {
    const second = await byoc(
      'orchestrator',
      'start',
      '--runtime',
      'process',
      '--port',
      '0',
      '--http-port',
      '0',
      '--log-level',
      'silent',
    );
    expect(second).toMatchObject({ exitCode: 2 });
    expect(second.stderr).toContain(
      `DATA_DIRECTORY_LOCKED Another orchestrator uses the data directory ${dataDirectory} (process ${orchestrator.child.pid})`,
    );
  });
});

describe('byoc, without an orchestrator', () => {
  it('says how to start one', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'byoc-cli-'));
    const result = await runByoc(['orchestrator', 'status', '--data-dir', folder]);
    expect(result.exitCode).toBe(2);
    expect(result.stderr).toContain('byoc orchestrator start');
    await rm(folder, { recursive: true, force: true });
  });

  it('says when a plugin folder is none, or is not built', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'byoc-cli-'));
    const orchestrator = await startOrchestratorProcess({ dataDirectory: join(folder, 'data'), runtime: 'process' });
    const install = async () =>
      (await runByoc(['plugin', 'install', folder, '--data-dir', join(folder, 'data')])).stderr;
    expect(await install()).toContain('MANIFEST_MISSING');
    await writeFile(join(folder, 'plugin.json'), '{');
    expect(await install()).toContain('MANIFEST_MALFORMED');
    await writeFile(join(folder, 'plugin.json'), await readFile(join(repositoryRoot, 'examples/echo/plugin.json')));
    expect(await install()).toContain('PLUGIN_NOT_BUILT');
    expect(await orchestrator.stop()).toBe(0);
    await rm(folder, { recursive: true, force: true });
  });

  it('shows its help, and refuses what it does not know', async () => {
    expect((await runByoc(['--help'])).stdout).toContain('byoc orchestrator');
    expect(await runByoc(['frobnicate'])).toMatchObject({ exitCode: 2 });
    expect(await runByoc(['receipts', 'ls', '--data-dir', 'a', '--data-dir', 'b'])).toMatchObject({
      ...{
        exitCode: 2,
        stderr: expect.stringContaining("The argument `--data-dir` can't be read: it is there twice."),
      },
    });
    expect((await runByoc(['completion'])).stdout).toContain('byoc');
  });
});
