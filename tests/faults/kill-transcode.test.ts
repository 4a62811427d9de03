import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ByocError } from '@byoc/core';
import { createGateway, fileBlob, type Gateway, staticSource } from '@byoc/core/gateway';
import { createAdminClient } from '@byoc/core/orchestrator';
import { transcode } from '@byoc/plugin-transcode';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeSource, picture, quick, tone } from '../integration/transcode/make-source.ts';
import { freePorts } from '../support/free-ports.ts';
import { type OrchestratorProcess, startOrchestratorProcess } from '../support/orchestrator-process.ts';
import { hasPart } from '../support/require-part.ts';
import { repositoryRoot, runCommand } from '../support/run-command.ts';
import { until } from '../support/until.ts';
import { containersOf, processesOf } from '../support/workers-of.ts';

const dockerIsHere = (await hasPart('docker')) && (await hasPart('base-image'));

/** Where a transcode is: a stage has begun, or the encoder has told its progress. */
const points = ['probe', 'encode', 'encoding', 'verify', 'package', 'measure'] as const;
type Point = (typeof points)[number];

describe.each([
  { runtime: 'process' as const, here: true, points },
  // The same code follows the job: one point shows that containers are found, and end, as processes do.
  { runtime: 'docker' as const, here: dockerIsHere, points: ['encoding'] as const },
])('kill -9 at any point of a transcode, on the $runtime runtime', ({ runtime, here, points }) => {
  let folder: string;
  let source: string;
  let dataDirectory: string;
  let orchestrator: OrchestratorProcess;
  let gateway: Gateway;
  let ports: number[];

  const start = () =>
    startOrchestratorProcess({ dataDirectory, runtime, port: ports[0] as number, httpPort: ports[1] as number });
  const admin = () => createAdminClient({ dataDirectory });
  const namesIn = (name: string) => readdir(join(dataDirectory, name)).catch(() => []);
  const workers = async (): Promise<readonly (number | string)[]> =>
    runtime === 'docker' ? containersOf(dataDirectory) : processesOf(dataDirectory);
  const killWorkers = async () => {
    for (const worker of await workers()) {
      if (typeof worker === 'number') process.kill(worker, 'SIGKILL');
      else await runCommand('docker', ['kill', '-s', 'KILL', worker]);
    }
  };
  const run = () =>
    gateway.run(transcode, {
      source: fileBlob(source),
      ladder: [{ height: 360 }, { height: 180 }],
      outputs: [{ kind: 'hls' }, { kind: 'mp4' }],
      quality: { psnr: true },
    });
  /** Follows a job to a point of it. Throws what ended it before. */
  const reach = async (job: ReturnType<typeof run>, point: Point): Promise<void> => {
    for await (const frame of job) {
      if (frame.type === 'event' && frame.event.stage === point) return;
      if (point !== 'encoding') continue;
      if (frame.type === 'progress' && frame.progress.stage === 'encode') return;
      // On a busy machine a newer progress may have taken the place of each that the encoder told.
      if (frame.type === 'event' && frame.event.stage === 'verify') return;
    }
    await job.result;
    throw new Error(`the job ended before ${point}`);
  };
  /** One worker, and nothing of any job: no folder, no file on its way in, no encoder. */
  const nothingIsLeft = async () => {
    await until(async () => (await namesIn('plugins')).length === 1 && (await jobFolders()).length === 0);
    await until(async () => (await encodersIn(dataDirectory)).length === 0);
    expect(await namesIn('local/inbox')).toEqual([]);
    expect(await namesIn('workers')).toHaveLength(1);
  };
  const jobFolders = async () => {
    const [plugin = ''] = await namesIn('plugins');
    return namesIn(join('plugins', plugin, 'jobs'));
  };

  beforeAll(async () => {
    if (!here) return;
    folder = await mkdtemp(join(tmpdir(), 'byoc-kill-'));
    source = await makeSource(join(folder, 'source.mp4'), [...picture('640x360', 30, 4), ...tone(4), ...quick]);
    dataDirectory = await mkdtemp(join(tmpdir(), 'byoc-faults-'));
    ports = await freePorts(2);
    orchestrator = await start();
    await admin().installPlugin({ type: 'folder', path: join(repositoryRoot, 'packages/plugin-transcode') }, {});
  });

  afterAll(async () => {
    if (!here) return;
    await orchestrator.stop();
    expect(await workers()).toEqual([]);
    expect(await namesIn('workers')).toEqual([]);
    await rm(dataDirectory, { recursive: true, force: true });
    await rm(folder, { recursive: true, force: true });
  });

  beforeEach(async ({ skip }) => {
    if (!here) return skip();
    gateway = createGateway({ sources: [staticSource([{ url: orchestrator.url, address: orchestrator.address }])] });
    await gateway.ready();
  });

  afterEach(async () => {
    if (!here) return;
    await gateway.close();
    await nothingIsLeft();
  });

  it.each(points)('of the worker at %s: the job fails as not charged, and the next one is right', async (point) => {
    // One that starts anew has seen no crash: five of them would be a crash loop.
    await orchestrator.kill();
    orchestrator = await start();
    const job = run();
    const failed = job.result.then(
      () => undefined,
      (error: ByocError) => error,
    );
    await reach(job, point);
    await killWorkers();
    const error = await failed;
    // The last stage may be over before the kill arrives: then the result is whole.
    if (error !== undefined) expect(error).toMatchObject({ code: 'WORKER_LOST', charged: { amountWei: '0' } });
    else expect((await job.result).output.renditions).toHaveLength(2);
    const next = await until(() => run().result.catch(() => undefined));
    expect(next.output.renditions.map(({ frames }) => frames)).toEqual([120, 120]);
    await next.download(join(folder, `worker-${runtime}-${point}`));
  });

  it.each(points)('of the orchestrator at %s: the gateway gets the whole result of the same job', async (point) => {
    const job = run();
    await reach(job, point);
    await orchestrator.kill();
    orchestrator = await start();
    const result = await job.result;
    expect(result).toMatchObject({ jobId: job.jobId, attempts: 1 });
    expect(result.output.renditions.map(({ frames }) => frames)).toEqual([120, 120]);
    const out = join(folder, `orchestrator-${runtime}-${point}`);
    await result.download(out);
    expect(await readdir(join(out, 'hls'))).toContain('master.m3u8');
  });

  it.each(points)('of the gateway at %s: its job ends without it, and the next one gets the slot', async (point) => {
    const script = join(repositoryRoot, 'tests/fixtures/transcode-gateway.ts');
    const child = fork(script, [orchestrator.url, source], {
      cwd: repositoryRoot,
      execArgv: ['--disable-warning=ExperimentalWarning', '--conditions=@byoc/source'],
    });
    const ended = once(child, 'exit');
    for (let stage = ''; stage !== point; )
      [stage] = await Promise.race([
        once(child, 'message'),
        ended.then(() => Promise.reject(new Error(`it ended after ${stage}`))),
      ]);
    child.kill('SIGKILL');
    await ended;
    const next = await run().result;
    expect(next.output.renditions.map(({ frames }) => frames)).toEqual([120, 120]);
  });
});

/** Ids of processes that work in a folder or on files of it, other than workers and orchestrators. */
async function encodersIn(directory: string): Promise<number[]> {
  const found: number[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (command.includes(directory) && /ff(mpeg|probe)/.test(command)) found.push(Number(pid));
  }
  return found;
}
