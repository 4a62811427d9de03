import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const schema = z.object({
  workerId: z.string(),
  ownerId: z.string(),
  digest: z.string(),
  pid: z.number().int(),
  startTime: z.string(),
  socketPath: z.string(),
  jobsPath: z.string(),
  workerDirectory: z.string(),
});

/** What is remembered of a started worker, so that a later host can adopt it. */
export type WorkerRecord = z.output<typeof schema>;

/** Files, one a worker. */
export interface WorkerRecords {
  list(): Promise<WorkerRecord[]>;
  put(record: WorkerRecord): Promise<void>;
  remove(workerId: string): Promise<void>;
}

/** Keeps worker records in a directory. An unreadable record is left out. */
export function createWorkerRecords(directory: string): WorkerRecords {
  const pathOf = (workerId: string) => join(directory, `${workerId}.json`);
  return {
    async list() {
      const records: WorkerRecord[] = [];
      for (const name of await readdir(directory).catch(() => [])) {
        if (!name.endsWith('.json')) continue;
        const parsed = schema.safeParse(
          await readFile(join(directory, name), 'utf8')
            .then((text): unknown => JSON.parse(text))
            .catch(() => undefined),
        );
        if (parsed.success) records.push(parsed.data);
      }
      return records;
    },
    async put(record) {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const partial = `${pathOf(record.workerId)}.partial`;
      await writeFile(partial, JSON.stringify(record), { mode: 0o600 });
      await rename(partial, pathOf(record.workerId));
    },
    remove: (workerId) => rm(pathOf(workerId), { force: true }),
  };
}
