import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createGateway, fileBlob, staticSource } from '@byoc/core/gateway';
import { createAdminClient } from '@byoc/core/orchestrator';
import { transcode } from '@byoc/plugin-transcode';
import { findFfmpeg } from '@byoc/plugin-transcode/ffmpeg';
import { makeSource, picture, quick, tone } from '../tests/integration/transcode/make-source.ts';
import { startOrchestratorProcess } from '../tests/support/orchestrator-process.ts';
import { repositoryRoot, runCommand } from '../tests/support/run-command.ts';
import { cpuSeconds } from './support/cpu-seconds.ts';
import { median, report } from './support/statistics.ts';
import { treeCpuSeconds } from './support/tree-cpu-seconds.ts';

/**
 * A whole job through gateway, orchestrator and sandboxed container, files uploaded and fetched, against the same work as one ffmpeg command
 * by hand, against one ffmpeg a rendition, and against one for each rendition of each segment of 2 s, as go-livepeer's transcoder works. All
 * take turns. Needs Docker; with BYOC_BENCH_RUNTIME=process the worker is a plain process.
 * BYOC_BENCH_ROUNDS (3) and BYOC_BENCH_SECONDS (20 s of 1080p) make it longer.
 */
const rounds = Number(process.env['BYOC_BENCH_ROUNDS'] ?? 3);
const seconds = Number(process.env['BYOC_BENCH_SECONDS'] ?? 20);
const runtime = process.env['BYOC_BENCH_RUNTIME'] === 'process' ? 'process' : 'docker';
const sizes = [
  [1920, 1080, 5_000_000],
  [1280, 720, 2_700_000],
  [854, 480, 1_500_000],
  [640, 360, 950_000],
] as const;

const segments = (name: string) => [
  ...['-f', 'hls', '-hls_time', '3.98', '-hls_playlist_type', 'vod', '-hls_segment_type', 'fmp4'],
  ...['-hls_segment_filename', `${name}/%05d.m4s`, `${name}/index.m3u8`],
];
const encodeVideo = ([, , rate]: (typeof sizes)[number]) => [
  ...['-c:v', 'libx264', '-preset', 'veryfast', '-profile:v', 'high', '-crf', '23'],
  ...['-maxrate', String(rate), '-bufsize', String(rate * 2), '-g', '60', '-keyint_min', '60', '-sc_threshold', '0'],
];
const encode = (size: (typeof sizes)[number]) => [...encodeVideo(size), ...segments(String(size[1]))];
const scale = ([width, height]: (typeof sizes)[number]) => `scale=${width}:${height}:flags=bicubic,format=yuv420p`;
const sound = ['-map', '0:a', '-c:a', 'aac', '-b:a', '128k', '-ac', '2', '-ar', '48000', ...segments('audio')];
const open = (source: string) => ['-nostdin', '-v', 'error', '-y', '-i', source];

/** One decode that feeds all. */
function oneCommand(source: string): string[] {
  const labels = sizes.map((_, at) => `[a${at}]`).join('');
  const chains = sizes.map((size, at) => `[a${at}]${scale(size)}[v${at}]`);
  return [
    ...[...open(source), '-filter_complex', [`[0:v]split=${sizes.length}${labels}`, ...chains].join(';')],
    ...sizes.flatMap((size, at) => ['-map', `[v${at}]`, ...encode(size)]),
    ...sound,
  ];
}

/** A decode for each. */
function commandEach(source: string): string[][] {
  return sizes.map((size, at) => [
    ...[...open(source), '-map', '0:v', '-vf', scale(size), ...encode(size)],
    ...(at === 0 ? sound : []),
  ]);
}

/** A start for each rendition of each segment. */
function commandsEach(files: readonly string[]): string[][] {
  return files.flatMap((file) =>
    sizes.map((size, at) => [
      ...[...open(file), '-map', '0:v', '-vf', scale(size), ...encodeVideo(size)],
      ...(at === 0 ? ['-map', '0:a', '-c:a', 'aac', '-b:a', '128k'] : []),
      ...['-f', 'mpegts', `${size[1]}/${basename(file)}`],
    ]),
  );
}

interface Timed {
  readonly ms: number;
  readonly cpuSeconds: number;
}

async function timed(pids: readonly number[], work: () => Promise<unknown>): Promise<Timed> {
  const before = await treeCpuSeconds(pids);
  const startedAt = performance.now();
  await work();
  const ms = performance.now() - startedAt;
  return { ms, cpuSeconds: (await treeCpuSeconds(pids)) - before };
}

const folder = await mkdtemp(join(tmpdir(), 'byoc-b-'));
const { ffmpeg } = await findFfmpeg();
const dataDirectory = join(folder, 'data');
const orchestrator = await startOrchestratorProcess({ dataDirectory, runtime });
const gateway = createGateway({ sources: [staticSource([{ url: orchestrator.url, address: orchestrator.address }])] });
try {
  const source = await makeSource(join(folder, 'source.mp4'), [
    ...[...picture('1920x1080', 30, seconds), ...tone(seconds), ...quick, '-g', '60'],
  ]);
  const pieces = join(folder, 'pieces');
  await mkdir(pieces);
  await makeSource(join(pieces, '%03d.ts'), ['-i', source, '-c', 'copy', '-f', 'segment', '-segment_time', '2']);
  const files = (await readdir(pieces)).sort().map((name) => join(pieces, name));
  const plugin = join(repositoryRoot, 'packages/plugin-transcode');
  await createAdminClient({ dataDirectory }).installPlugin({ type: 'folder', path: plugin });
  await gateway.ready();
  const worker = runtime === 'docker' ? await containerPid() : orchestrator.child.pid;

  const byHand = async (commands: readonly string[][]) => {
    const cwd = await mkdtemp(join(folder, 'hand-'));
    for (const name of [...sizes.map(([, height]) => String(height)), 'audio']) await mkdir(join(cwd, name));
    const result = await timed([process.pid], async () => {
      for (const args of commands) {
        const ran = await runCommand(ffmpeg.path, args, { cwd });
        if (ran.exitCode !== 0) throw new Error(ran.stderr);
      }
    });
    await rm(cwd, { recursive: true });
    return result;
  };
  let stages = '';
  let nodes = '';
  const whole = async () => {
    const out = join(folder, 'out');
    const pids = [process.pid, orchestrator.child.pid as number, worker as number];
    const ours = () => Promise.all(pids.slice(0, 2).map(cpuSeconds));
    const before = await ours();
    const result = await timed(pids, async () => {
      const startedAt = performance.now();
      const job = gateway.run(transcode, { source: fileBlob(source) }, { deadlineMs: 600_000 });
      const reached: string[] = [];
      const reach = (name: string) => reached.push(`${name} at ${(performance.now() - startedAt).toFixed(0)} ms`);
      for await (const frame of job) if (frame.type === 'event') reach((frame.event as { stage: string }).stage);
      const { download } = await job.result;
      reach('result');
      await download(out);
      stages = reached.join(', ');
    });
    const [own = 0, host = 0] = (await ours()).map((after, at) => after - (before[at] ?? 0));
    const rest = (result.cpuSeconds - own - host).toFixed(2);
    nodes = `gateway ${own.toFixed(2)} s, orchestrator ${host.toFixed(2)} s, worker and its ffmpeg ${rest} s`;
    await rm(out, { recursive: true });
    return result;
  };

  await whole();
  const kinds = {
    job: whole,
    one: () => byHand([oneCommand(source)]),
    each: () => byHand(commandEach(source)),
    segments: () => byHand(commandsEach(files)),
  };
  const runs: Record<keyof typeof kinds, Timed[]> = { job: [], one: [], each: [], segments: [] };
  for (let round = 0; round < rounds; round += 1) {
    // Who comes first takes turns too.
    const order = (['job', 'one', 'each', 'segments'] as const).map(
      (_, at, all) => all[(at + round) % all.length] as 'job',
    );
    for (const kind of order) runs[kind].push(await kinds[kind]());
    const told = order.map((kind) => {
      const { ms, cpuSeconds } = runs[kind].at(-1) as Timed;
      return `${kind} ${ms.toFixed(0)} ms (${cpuSeconds.toFixed(1)} s of CPU)`;
    });
    console.log(`round ${round + 1}: ${told.sort().join(', ')}`);
  }
  console.log(`the last job: ${stages}`);
  console.log(`its CPU time: ${nodes}`);
  const ratio = (of: keyof typeof kinds, to: keyof typeof kinds, field: 'ms' | 'cpuSeconds') =>
    median(runs[of].map((run, round) => run[field] / (runs[to][round] as Timed)[field]));
  const dear = ratio('job', 'one', 'ms');
  console.log(`${seconds} s of 1080p to 4 renditions, worker in ${runtime === 'docker' ? 'a container' : 'a process'}`);
  report('whole job / the same ffmpeg by hand', dear.toFixed(3), '≤ 1.02', dear <= 1.02);
  console.log(`        of CPU time: ${ratio('job', 'one', 'cpuSeconds').toFixed(3)}`);
  const faster = ratio('each', 'job', 'ms');
  report('one ffmpeg a rendition / whole job', faster.toFixed(2), '≥ 1.2', faster >= 1.2);
  console.log(`        of CPU time: ${ratio('each', 'job', 'cpuSeconds').toFixed(2)}`);
  const live = ratio('segments', 'job', 'ms');
  report('one ffmpeg a rendition and segment of 2 s / whole job', live.toFixed(2), '≥ 1.2', live >= 1.2);
  console.log(`        of CPU time: ${ratio('segments', 'job', 'cpuSeconds').toFixed(2)}`);
} finally {
  await gateway.close();
  await orchestrator.stop();
  await rm(folder, { recursive: true, force: true });
}

/** The init process of the worker's container, as this machine counts. */
async function containerPid(): Promise<number> {
  const listed = await runCommand('docker', ['ps', '--no-trunc', '--format', '{{.ID}} {{.Mounts}}']);
  for (const line of listed.stdout.trim().split('\n')) {
    const [id = ''] = line.split(' ');
    const { stdout } = await runCommand('docker', ['inspect', '--format', '{{json .Mounts}} {{.State.Pid}}', id]);
    if (stdout.includes(dataDirectory)) return Number(stdout.trim().split(' ').at(-1));
  }
  throw new Error('the worker has no container');
}
