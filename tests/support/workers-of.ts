import { readdir, readFile } from 'node:fs/promises';
import { runCommand } from './run-command.ts';

/** Process ids of workers of the process runtime whose environment names a folder. */
export async function processesOf(directory: string): Promise<number[]> {
  const found: number[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    if (environment.includes('BYOC_WORKER_ADDRESS=') && environment.includes(directory)) found.push(Number(pid));
  }
  return found;
}

/** Ids of containers, running or not, whose label `dev.byoc.directory` lies in a folder. Without Docker there are none. */
export async function containersOf(directory: string): Promise<string[]> {
  const format = '{{.ID}} {{.Label "dev.byoc.directory"}}';
  const listed = await runCommand('docker', ['ps', '-a', '--no-trunc', '--format', format]).catch(() => undefined);
  return (listed?.stdout ?? '').split('\n').flatMap((line) => {
    const [id = '', path = ''] = line.split(' ');
    return path.startsWith(directory) ? [id] : [];
  });
}
