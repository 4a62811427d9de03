import { readFile } from 'node:fs/promises';

/** Resident memory of a process, bytes. Linux only. */
export async function residentBytes(pid: number | 'self'): Promise<number> {
  const statm = await readFile(`/proc/${pid}/statm`, 'utf8');
  return Number(statm.split(' ')[1]) * 4096;
}

/** Samples the resident memory of processes until it is stopped. */
export function watchMemory(pids: Readonly<Record<string, number | 'self'>>, { everyMs = 20 } = {}) {
  const seen = new Map<string, { first: number; max: number }>();
  const look = async () => {
    for (const [name, pid] of Object.entries(pids)) {
      const bytes = await residentBytes(pid);
      const before = seen.get(name) ?? { first: bytes, max: bytes };
      seen.set(name, { first: before.first, max: Math.max(before.max, bytes) });
    }
  };
  const timer = setInterval(() => void look(), everyMs);
  return {
    start: look,
    /** First and greatest size of each. */
    async stop() {
      clearInterval(timer);
      await look();
      return seen;
    },
  };
}
