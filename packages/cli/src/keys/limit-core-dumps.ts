import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/**
 * Keeps a key that this process is about to hold out of what a crash leaves behind: no core file of it and of what it starts (Linux,
 * with `prlimit`), no environment in Node's reports. Tells whether the first could be done.
 */
export async function limitCoreDumps(): Promise<boolean> {
  if (process.report !== undefined) Reflect.set(process.report, 'excludeEnv', true);
  if (process.platform !== 'linux') return false;
  try {
    await promisify(execFile)('prlimit', ['--pid', String(process.pid), '--core=0:0']);
    return true;
  } catch {
    return false;
  }
}
