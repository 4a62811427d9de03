import { readdir, readFile } from 'node:fs/promises';

/**
 * Seconds of CPU that processes and all below them have used, those that have ended and were waited for as well. Linux only: USER_HZ is 100
 * wherever Node runs.
 */
export async function treeCpuSeconds(roots: readonly number[]): Promise<number> {
  const all = new Map<number, { parent: number; ticks: number }>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields.length < 15) continue;
    all.set(Number(name), {
      parent: Number(fields[1]),
      // utime, stime, cutime, cstime
      ticks: fields.slice(11, 15).reduce((sum, one) => sum + Number(one), 0),
    });
  }
  const isBelow = (pid: number): boolean => {
    if (roots.includes(pid)) return true;
    const parent = all.get(pid)?.parent;
    return parent !== undefined && parent > 0 && isBelow(parent);
  };
  let ticks = 0;
  for (const [pid, one] of all) if (isBelow(pid)) ticks += one.ticks;
  return ticks / 100;
}
