import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/**
 * Tells when a process started, as an opaque text; undefined when there is no such process. Together with the process id it
 * names one process for all time: ids are used again, start times of the same id are not.
 */
export async function processStartTime(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // Fields after the name, which may hold spaces and parentheses: state is the first, starttime the twentieth (proc(5)).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    if (process.platform === 'linux') return undefined;
  }
  const { stdout } = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)]).catch(() => ({
    stdout: '',
  }));
  return stdout.trim() || undefined;
}

/** Tells whether the process of a record still runs: same id, same start, and on Linux the worker's id in its environment. */
export async function isWorkerProcess(record: { pid: number; startTime: string; workerId: string }): Promise<boolean> {
  if (record.pid <= 1 || record.startTime === '' || (await processStartTime(record.pid)) !== record.startTime)
    return false;
  if (process.platform !== 'linux') return true;
  const environment = await readFile(`/proc/${record.pid}/environ`, 'utf8').catch(() => '');
  return environment.split('\0').includes(`BYOC_WORKER_ID=${record.workerId}`);
}

/** Finds processes that carry a worker's id in their environment: the worker and whatever it started. Linux only. */
export async function processesOfWorker(workerId: string): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    const environment = await readFile(`/proc/${name}/environ`, 'utf8').catch(() => '');
    if (environment.split('\0').includes(`BYOC_WORKER_ID=${workerId}`)) found.push(Number(name));
  }
  return found;
}
