import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BenchProcess, startProcess } from './start-process.ts';

/** An orchestrator in a process of its own, with its worker in another, and a folder for the benchmark. */
export interface Lab extends AsyncDisposable {
  readonly url: string;
  readonly orchestratorPid: number;
  /** The socket of the plugin's worker. */
  readonly workerSocket: string;
  /** Of the orchestrator. */
  readonly dataDirectory: string;
  /** Gone with the lab. */
  readonly directory: string;
  /** Ends the orchestrator and starts it anew on its data directory. */
  restart(): Promise<void>;
}

/** Starts an orchestrator with the process runtime and the benchmark's plugin, or with other plugin folders. */
export async function openLab({
  plugins,
  price,
  environment = {},
}: {
  plugins?: readonly string[];
  price?: string;
  /** Of the workers. */
  environment?: Readonly<Record<string, string>>;
} = {}): Promise<Lab> {
  // Short: a unix socket's path is in it.
  const directory = await mkdtemp(join(tmpdir(), 'byoc-b-'));
  const data = join(directory, 'data');
  let orchestrator: BenchProcess<{ url: string }> | undefined;
  const close = async () => {
    await orchestrator?.stop();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const start = (folders: readonly string[]) =>
      startProcess<{ url: string }>(new URL('./orchestrator-process.ts', import.meta.url), [data, ...folders], {
        env: {
          ...(price === undefined ? {} : { BYOC_BENCH_PRICE: price }),
          BYOC_BENCH_ENVIRONMENT: JSON.stringify(environment),
        },
      });
    let running = await start(plugins ?? [join(import.meta.dirname, '../plugin')]);
    orchestrator = running;
    const [worker = ''] = await readdir(join(data, 'workers')).catch(() => []);
    return {
      get url() {
        return running.ready.url;
      },
      get orchestratorPid() {
        return running.pid;
      },
      workerSocket: join(data, 'workers', worker, 'run', 'worker.sock'),
      dataDirectory: data,
      directory,
      async restart() {
        await running.stop();
        running = await start([]);
        orchestrator = running;
      },
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
