import { stat, utimes } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { ByocError } from '@byoc/core';
import { findFfmpeg } from '@byoc/plugin-transcode/ffmpeg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../support/run-command.ts';
import { makeSource, picture, quick } from './make-source.ts';
import { runJob, scratch } from './run-job.ts';
import { leadingSources } from './sources/leading-sources.ts';

const LONG_AGO = new Date('2000-01-01');
let folder: Awaited<ReturnType<typeof scratch>>;
let server: Server;
const asked: string[] = [];
const canaries = () => ({
  file: join(folder.path, 'canary.mp4'),
  url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/canary.ts`,
});
/** Tells whether anybody has read the canary since; the file system notes the first read after a change. */
const wasRead = async () => (await stat(canaries().file)).atimeMs !== LONG_AGO.getTime();

beforeAll(async () => {
  folder = await scratch();
  await makeSource(join(folder.path, 'canary.mp4'), [...picture('64x64', 5, 1), ...quick]);
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.end();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
});
afterAll(async () => {
  await new Promise((closed) => server.close(closed));
  await folder[Symbol.asyncDispose]();
});

const npm = join(
  import.meta.dirname,
  '../../../node_modules/@ffmpeg-installer',
  `${process.platform}-${process.arch}`,
  'ffmpeg',
);
const { path: found } = (await findFfmpeg()).ffmpeg;
const rows = leadingSources(canaries);
const row = (source: string) => rows.find((one) => one.source.startsWith(source)) as (typeof rows)[number];

describe('the canaries', () => {
  it.each([
    ['an HLS playlist of a local file', ['-allowed_extensions', 'ALL', '-protocol_whitelist', 'file']],
    ['a QuickTime reference movie', ['-enable_drefs', '1', '-use_absolute_path', '1']],
  ])('the file tells of %s that is followed', async (source, follow) => {
    const path = join(folder.path, 'followed');
    await row(source).make(path);
    await utimes(canaries().file, LONG_AGO, LONG_AGO);
    await runCommand(found, ['-v', 'error', '-nostdin', ...follow, '-i', path, '-f', 'null', '-']);
    expect(await wasRead()).toBe(true);
  });

  it('the server tells of a playlist that is followed', async () => {
    const path = join(folder.path, 'followed');
    await row('an HLS playlist of a private address').make(path);
    const follow = ['-allowed_extensions', 'ALL', '-protocol_whitelist', 'file,http,tcp'];
    await runCommand(found, ['-v', 'error', '-nostdin', ...follow, '-i', path, '-f', 'null', '-']);
    expect(asked).not.toEqual([]);
  });
});

describe.each([
  ['the ffmpeg found', found],
  ['the npm build', npm],
])('with %s', (_build, ffmpegPath) => {
  const run = (source: string, input = {}) => runJob(folder.path, source, input, { plugin: { ffmpegPath } });

  beforeAll(async () => {
    asked.length = 0;
    await utimes(canaries().file, LONG_AGO, LONG_AGO);
  });

  it.each(rows)('refuses $source', async ({ make, file = '', refused, ...expected }) => {
    const source = join(folder.path, file);
    await make(source);
    const error = await run(source).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ByocError);
    expect((error as ByocError<'JOB_FAILED'>).facts).toMatchObject({
      reason: expect.stringContaining(refused),
      recovery: 'fix-request',
    });
    expect((error as Error).message).toMatch('says' in expected ? expected.says : '');
  });

  it('opened none of the files and addresses that they lead to', async () => {
    expect(await wasRead()).toBe(false);
    expect(asked).toEqual([]);
  });

  it.each([
    '-i.mp4',
    '-y',
    ' a b.mp4',
    `it's "quoted".mp4`,
    '$(touch pwned) ; touch pwned | touch pwned.mp4',
    '%03d.mp4',
    'http:x.mp4',
    'new\nline.mp4',
    'back\\slash:[0:v],;=.mp4',
  ])('takes the name %j for a name and nothing else', async (name) => {
    const source = join(folder.path, name);
    await makeSource(`file:${source}`, [...picture('64x64', 5, 1), ...quick, '-f', 'mp4']);
    const { output } = await run(source, { outputs: [{ kind: 'mp4' }], quality: { psnr: true } });
    expect(output.renditions).toMatchObject([{ frames: 5, width: 64, height: 64 }]);
    expect(output.renditions[0]?.psnr).toBeGreaterThan(30);
    await expect(stat('pwned')).rejects.toThrow('ENOENT');
  });

  it('says which build did it', async () => {
    const { output } = await run(canaries().file, { outputs: [{ kind: 'hls' }, { kind: 'thumbnails' }] });
    expect(output).toMatchObject({ ffmpeg: { origin: 'option' }, source: { durationMs: 1000 } });
    expect(output.warnings).toEqual([]);
  });
});
