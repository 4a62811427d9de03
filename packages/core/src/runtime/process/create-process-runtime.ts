import { spawn } from 'node:child_process';
import { appendFile, type FileHandle, mkdir, open, rm, symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ByocError } from '../../errors/byoc-error.ts';
import { type Clock, systemClock } from '../../primitives/clock.ts';
import type { Logger } from '../../primitives/logger.ts';
import type { ContainerRuntime, WorkerSpec } from '../container-runtime.ts';
import { translateFolderError } from '../translate-folder-error.ts';
import { isWorkerProcess, processStartTime } from './process-identity.ts';
import { createProcessWorker, type ProcessEnd } from './process-worker.ts';
import { resolveFolder } from './resolve-folder.ts';
import { createWorkerRecords } from './worker-record.ts';

/** Options of the process runtime. */
export interface ProcessRuntimeOptions {
  readonly logger: Logger;
  /** Remembers started workers, so that a restarted host finds them. */
  readonly stateDirectory: string;
  readonly clock?: Clock | undefined;
}

/**
 * Makes the runtime that starts workers as child processes, for development and for machines without Docker. It is no
 * sandbox: a worker has the rights of this process. A worker survives the end of its host and can be adopted.
 */
export function createProcessRuntime({
  logger,
  stateDirectory,
  clock = systemClock,
}: ProcessRuntimeOptions): ContainerRuntime {
  const records = createWorkerRecords(stateDirectory);
  return {
    kind: 'process',
    async probe() {
      return {
        kind: 'process',
        description: `child processes on Node ${process.versions.node}`,
        transport: 'unix',
        sandboxed: false,
        notes: ['No sandbox: a plugin runs with the rights of this process. Install only plugins that you trust.'],
      };
    },
    async resolve(source) {
      if (source.type === 'image') throw new ByocError('PLUGIN_IMAGE_NEEDS_DOCKER', { image: source.reference });
      return resolveFolder(source.path);
    },
    async start(spec, { signal } = {}) {
      signal?.throwIfAborted();
      const { command, name: plugin } = spec.plugin.manifest;
      // One that was installed on the Docker runtime, from an image perhaps.
      if (command === undefined)
        throw new ByocError('PLUGIN_COMMAND_MISSING', { plugin, folder: spec.plugin.artifact });
      const socketPath = join(spec.workerDirectory, 'run', 'worker.sock');
      const logFile = join(spec.workerDirectory, 'worker.log');
      const tmpPath = join(spec.workerDirectory, 'tmp');
      let log: FileHandle | undefined;
      try {
        for (const path of [join(spec.workerDirectory, 'run'), tmpPath, spec.jobsDirectory])
          await mkdir(path, { recursive: true, mode: 0o700 });
        const modelsPath = await linkModels(spec);
        // A file, not a pipe: it works on when this process is gone.
        const opened = await open(logFile, 'a', 0o600);
        log = opened;
        signal?.throwIfAborted();
        const [program, ...args] = command as [string, ...string[]];
        const child = spawn(program === 'node' ? process.execPath : program, args, {
          cwd: spec.plugin.artifact,
          detached: true,
          stdio: ['ignore', opened.fd, opened.fd],
          env: workerEnvironment(spec, { socketPath, tmpPath, modelsPath }),
        });
        const ended = new Promise<ProcessEnd>((resolve) => {
          child.once('error', (error) => {
            logger.error({ err: error, workerId: spec.workerId }, 'worker-spawn-failed');
            void appendFile(logFile, `${error.message}\n`)
              .catch(() => {})
              .then(() => resolve({ exitCode: 127, signal: undefined }));
          });
          child.once('exit', (exitCode, exitSignal) =>
            resolve({ exitCode: exitCode ?? undefined, signal: exitSignal ?? undefined }),
          );
        });
        child.unref();
        const record = {
          workerId: spec.workerId,
          ownerId: spec.ownerId,
          digest: spec.plugin.digest,
          pid: child.pid ?? 0,
          startTime: child.pid === undefined ? '' : ((await processStartTime(child.pid)) ?? ''),
          socketPath,
          jobsPath: spec.jobsDirectory,
          workerDirectory: spec.workerDirectory,
        };
        const worker = createProcessWorker(record, { records, clock, ended });
        try {
          if (child.pid !== undefined) await records.put(record);
          signal?.throwIfAborted();
        } catch (error) {
          await worker.stop({ graceMs: 0 });
          throw error;
        }
        return worker;
      } catch (error) {
        await rm(spec.workerDirectory, { recursive: true, force: true }).catch(() => {});
        throw translateFolderError(error, spec.workerDirectory);
      } finally {
        await log?.close();
      }
    },
    async adopt(ownerId) {
      const adopted = [];
      for (const record of await records.list()) {
        if (record.ownerId !== ownerId) continue;
        const worker = createProcessWorker(record, { records, clock });
        if (await isWorkerProcess(record)) adopted.push(worker);
        else await worker.stop({ graceMs: 0 });
      }
      return adopted;
    },
    async remove() {},
    async close() {},
  };
}

/** Gives the view that a container has by mounts: a folder of links, gone with the worker's own. Undefined without models. */
async function linkModels({ workerDirectory, models = [] }: WorkerSpec): Promise<string | undefined> {
  if (models.length === 0) return undefined;
  const folder = join(workerDirectory, 'models');
  await mkdir(folder, { mode: 0o700 });
  for (const { name, path, type } of models) {
    if (type === 'file') await mkdir(join(folder, name), { mode: 0o700 });
    await symlink(path, type === 'folder' ? join(folder, name) : join(folder, name, basename(path)));
  }
  return folder;
}

/** Only what a worker needs: the host's own environment may hold secrets. */
function workerEnvironment(
  spec: WorkerSpec,
  paths: { socketPath: string; tmpPath: string; modelsPath: string | undefined },
): NodeJS.ProcessEnv {
  const { PATH, HOME, LANG, BYOC_FFMPEG } = process.env;
  // A process sees every card of its machine; CUDA keeps to those that are named.
  const { gpus } = spec.resources ?? {};
  return {
    ...Object.fromEntries(Object.entries({ PATH, HOME, LANG, BYOC_FFMPEG }).filter(([, value]) => value !== undefined)),
    NODE_OPTIONS: '--disable-warning=ExperimentalWarning',
    TMPDIR: paths.tmpPath,
    ...(Array.isArray(gpus) ? { CUDA_VISIBLE_DEVICES: gpus.join(',') } : {}),
    ...spec.environment,
    BYOC_WORKER_ADDRESS: `unix://${paths.socketPath}`,
    BYOC_WORKER_ID: spec.workerId,
    BYOC_JOBS_PATH: spec.jobsDirectory,
    ...(paths.modelsPath === undefined ? {} : { BYOC_MODELS_PATH: paths.modelsPath }),
  };
}
