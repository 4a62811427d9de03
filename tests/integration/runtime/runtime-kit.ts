import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contractDigest, createJobId, silentLogger, systemClock } from '@byoc/core';
import { type CallerFrame, connectWorker, type JobFrame } from '@byoc/core/protocol';
import type { ContainerRuntime, ResolvedPlugin, StartedWorker, WorkerSpec } from '@byoc/core/runtime';
import { createDockerRuntime } from '@byoc/core/runtime/docker';
import { createProcessRuntime } from '@byoc/core/runtime/process';
import { waitForListener } from '../../../packages/core/src/orchestrator/host/wait-for-listener.ts';
import { hasPart } from '../../support/require-part.ts';
import { runCommand } from '../../support/run-command.ts';
import { containersOf, processesOf } from '../../support/workers-of.ts';

/** A runtime that the same tests are run on. */
export interface RuntimeTarget {
  readonly name: string;
  readonly kind: 'docker' | 'process';
  readonly transport: 'unix' | 'tcp';
  readonly here: boolean;
}

/** The process runtime, Docker over a socket, and Docker over TCP. */
export async function runtimeTargets(): Promise<readonly RuntimeTarget[]> {
  const docker = (await hasPart('docker')) && (await hasPart('base-image'));
  return [
    { name: 'process', kind: 'process', transport: 'unix', here: true },
    { name: 'docker over a socket', kind: 'docker', transport: 'unix', here: docker },
    { name: 'docker over TCP', kind: 'docker', transport: 'tcp', here: docker },
  ];
}

/** A scratch folder as an orchestrator's data directory would be, and what tests do in it. */
export class RuntimeKit {
  readonly target: RuntimeTarget;
  readonly directory: string;
  readonly ownerId = `owner-${randomBytes(6).toString('hex')}`;

  constructor(target: RuntimeTarget, directory: string) {
    this.target = target;
    this.directory = directory;
  }

  static async open(target: RuntimeTarget): Promise<RuntimeKit> {
    return new RuntimeKit(target, await mkdtemp(join(tmpdir(), 'byoc-runtime-')));
  }

  /** A new runtime object: what a restarted host would make. */
  runtime(): ContainerRuntime {
    const { kind, transport } = this.target;
    const logger = silentLogger;
    return kind === 'docker'
      ? createDockerRuntime({ logger, transport })
      : createProcessRuntime({ logger, stateDirectory: join(this.directory, 'processes') });
  }

  spec(plugin: ResolvedPlugin, ownerId: string = this.ownerId): WorkerSpec {
    const workerId = `worker-${randomBytes(6).toString('hex')}`;
    return {
      ...{ workerId, ownerId, plugin },
      workerDirectory: join(this.directory, 'workers', workerId),
      jobsDirectory: join(this.directory, 'jobs'),
    };
  }

  /** What is left of workers: processes, containers, folders, records. */
  async remains(): Promise<readonly string[]> {
    const names = async (folder: string) => readdir(join(this.directory, folder)).catch(() => []);
    const processes = await processesOf(this.directory);
    const containers = this.target.kind === 'docker' ? await containersOf(this.directory) : [];
    return [...processes.map(String), ...containers, ...(await names('workers')), ...(await names('processes'))];
  }

  /** Ends a worker at once, as the OOM killer would. */
  async kill(worker: StartedWorker): Promise<void> {
    if (this.target.kind === 'process') process.kill(Number(worker.handle), 'SIGKILL');
    else await runCommand('docker', ['kill', '-s', 'KILL', worker.handle]);
    await worker.exited;
  }

  /** Writes a plugin folder around one script, which both runtimes start. */
  async pluginOf(
    script: string,
    options: { command?: string[]; dockerfile?: string; manifest?: object } = {},
  ): Promise<string> {
    const folder = await mkdtemp(join(this.directory, 'plugin-'));
    const command = options.command ?? ['node', 'worker.mjs'];
    const contract = { name: 'test/none', version: '1.0.0', input: {}, output: {}, meters: {} };
    const manifest = {
      ...{ manifest: 1, name: `scripted-${this.ownerId}`, version: '1.0.0', protocol: 'byoc.worker.v1', command },
      capabilities: [{ contract, digest: contractDigest(contract) }],
      ...options.manifest,
    };
    const dockerfile = `ARG BASE_IMAGE=node:24-bookworm-slim\nFROM \${BASE_IMAGE}\nCOPY worker.mjs .\nCMD ${JSON.stringify(command)}\n`;
    await writeFile(join(folder, 'plugin.json'), JSON.stringify(manifest));
    await writeFile(join(folder, 'worker.mjs'), script);
    await writeFile(join(folder, 'Dockerfile'), options.dockerfile ?? dockerfile);
    return folder;
  }

  /** Connects to a worker and runs one job of the gated plugin there. */
  async runJob(worker: StartedWorker, steps = 1): Promise<readonly JobFrame[]> {
    await waitForListener(worker.address, systemClock, new AbortController().signal);
    const connection = connectWorker(worker.address);
    const jobId = createJobId();
    try {
      for await (const { phase } of connection.watchState()) if (phase === 'ready' || phase === 'busy') break;
      const open: CallerFrame = {
        ...{ type: 'open', jobId, capability: 'test/gated@1.0.0', traceparent: '', onDisconnect: 'cancel' },
        inputJson: new TextEncoder().encode(JSON.stringify({ steps, free: true })),
        ...{ deadline: Date.now() + 60_000, stagedParts: [] },
      };
      const frames: JobFrame[] = [];
      for await (const batch of connection.runJob(framesOf(open, { type: 'end' }))) frames.push(...batch);
      return frames;
    } finally {
      connection.close();
    }
  }

  async close(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}

async function* framesOf(...frames: CallerFrame[]): AsyncGenerator<CallerFrame> {
  yield* frames;
}
