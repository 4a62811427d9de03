import { readdir, readFile } from 'node:fs/promises';

/** The process of the one worker of an orchestrator with the process runtime. Linux only. */
export async function workerOf(orchestratorPid: number): Promise<number> {
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const status = await readFile(`/proc/${name}/status`, 'utf8').catch(() => '');
    if (new RegExp(`^PPid:\\t${orchestratorPid}$`, 'm').test(status)) return Number(name);
  }
  throw new Error('the orchestrator has no worker');
}
