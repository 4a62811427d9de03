import { readFile } from 'node:fs/promises';

/** Seconds of CPU that a process has used, user and system. Linux only: USER_HZ is 100 wherever Node runs. */
export async function cpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
