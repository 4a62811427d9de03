import { open, stat, truncate } from 'node:fs/promises';
import type { Clock } from '../../primitives/clock.ts';

/** A log file is emptied when it has grown past this. The worker appends, so it goes on at the start. */
const LOG_BYTES_MAX = 10 * 1024 * 1024;
/** Read back at most, for a tail. */
const TAIL_BYTES = 256 * 1024;
const LOOK_MS = 250;

/** The last lines of a log file. */
export async function tailLog(path: string, lines: number): Promise<string[]> {
  const file = await open(path, 'r').catch(() => undefined);
  if (file === undefined) return [];
  try {
    const { size } = await file.stat();
    const length = Math.min(size, TAIL_BYTES);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
    const all = buffer.toString('utf8').split('\n');
    if (length < size) all.shift();
    if (all.at(-1) === '') all.pop();
    return all.slice(-lines);
  } finally {
    await file.close();
  }
}

/** Lines as they are appended, from now on. */
export async function* followLog(
  path: string,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  let offset = (await stat(path).catch(() => ({ size: 0 }))).size;
  let rest = '';
  while (!signal.aborted) {
    const { size } = await stat(path).catch(() => ({ size: 0 }));
    if (size < offset) offset = 0;
    if (size === offset) {
      await clock.sleep(LOOK_MS, { signal, unref: true }).catch(() => {});
      continue;
    }
    const file = await open(path, 'r');
    try {
      const length = Math.min(size - offset, TAIL_BYTES);
      const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, offset);
      offset += bytesRead;
      const lines = (rest + buffer.toString('utf8', 0, bytesRead)).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    } finally {
      await file.close();
    }
  }
}

/** Empties a log file that has grown too large. */
export async function boundLog(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found !== undefined && found.size > LOG_BYTES_MAX) await truncate(path, 0);
}
