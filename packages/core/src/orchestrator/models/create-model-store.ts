import { createHash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { chmod, copyFile, link, mkdir, readFile, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { canonicalJson } from '../../capability/canonical-json.ts';
import { sha256Hex } from '../../capability/sha256-hex.ts';
import { ByocError, isByocError } from '../../errors/byoc-error.ts';
import type { ModelSpec } from '../../manifest/model-spec.ts';
import { type Clock, systemClock } from '../../primitives/clock.ts';
import { type Logger, silentLogger } from '../../primitives/logger.ts';
import type { RuntimeProgress } from '../../runtime/container-runtime.ts';
import { type DirectoryLock, lockDirectory } from '../store/lock-directory.ts';
import { fetchFile } from './fetch-file.ts';
import { type HubSettings, readHubSettings } from './hub-settings.ts';
import { listHubFiles } from './list-hub-files.ts';
import { createModelHttp } from './model-http.ts';
import type { ModelStore, StoredModel } from './model-store.ts';
import { checkPaths, entriesOf, type PlannedFile, planHubFiles, planWebFile } from './plan-files.ts';
import { createProgressMeter } from './progress-meter.ts';

/** How often it is looked whether another fetch of the same model is over. */
const LOOK_MS = 250;

/** Where models are kept and how they are fetched. */
export interface ModelStoreOptions {
  /** May be shared by several processes. */
  readonly directory: string;
  /** @default what HF_ENDPOINT and HF_TOKEN say */
  readonly hub?: HubSettings | undefined;
  readonly clock?: Clock | undefined;
  readonly logger?: Logger | undefined;
  /** Bytes that can be written to the disk of a folder. @default what the file system says */
  readonly freeBytes?: ((path: string) => Promise<number>) | undefined;
}

const recordSchema = z.object({
  digest: z.string(),
  files: z.array(z.object({ path: z.string(), sha256: z.string(), sizeBytes: z.number() })),
});
type ModelRecord = z.output<typeof recordSchema>;

/** What one fetch works with. */
interface Fetching {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: RuntimeProgress) => void;
}

/**
 * Makes a store of models in a directory: `blobs/<sha256>` has each content once, `models/<key>/files` is the folder of a model, made of
 * links to them, `partial/<key>` what is still coming in, and `locks/<key>` who fetches it. The key is the specification: a model with the same address is there
 * already, whatever it is called.
 */
export function createModelStore(options: ModelStoreOptions): ModelStore {
  const { directory, clock = systemClock, logger = silentLogger, freeBytes = readFreeBytes } = options;
  const hub = options.hub ?? readHubSettings(process.env);
  const http = createModelHttp(hub);
  const blobPath = (sha256: string) => join(directory, 'blobs', sha256);
  const folderOf = (key: string) => join(directory, 'models', key);

  async function find(key: string, name: string): Promise<StoredModel | undefined> {
    const text = await readFile(join(folderOf(key), 'record.json'), 'utf8').catch(() => undefined);
    const record = recordSchema.safeParse(text === undefined ? undefined : parseJson(text));
    if (!record.success) return undefined;
    const path = join(folderOf(key), 'files');
    for (const file of record.data.files) {
      const found = await stat(join(path, file.path)).catch(() => undefined);
      if (found?.size !== file.sizeBytes) return undefined;
    }
    return { name, path, type: 'folder', digest: record.data.digest };
  }

  async function plan(model: ModelSpec, signal: AbortSignal): Promise<PlannedFile[]> {
    const planned: PlannedFile[] = [];
    for (const entry of entriesOf(model)) {
      const { location } = entry;
      if (location.type === 'web') planned.push(planWebFile(model, { ...entry, location }));
      else if (location.type === 'hub')
        planned.push(
          ...planHubFiles(model, entry, await listHubFiles(location, { model: model.name, hub, http, signal })),
        );
      else
        throw new ByocError('MODEL_ADDRESS_INVALID', {
          model: model.name,
          reason: 'a file of this machine is a model of its own: name it alone, or its folder',
        });
    }
    checkPaths(model.name, planned);
    return planned;
  }

  async function checkSpace(model: string, neededBytes: number): Promise<void> {
    const free = await freeBytes(directory);
    if (free < neededBytes)
      throw new ByocError('MODEL_SPACE_SHORT', { model, path: directory, neededBytes, freeBytes: free });
  }

  /** Brings the files of a model into `partial`, those that are not in the store yet. */
  async function bringAll(
    model: string,
    partial: string,
    planned: readonly PlannedFile[],
    { signal, onProgress }: Fetching,
  ): Promise<ModelRecord['files']> {
    const missing = [];
    let totalBytes = 0;
    for (const file of planned) {
      const blob = file.sha256 === undefined ? undefined : await stat(blobPath(file.sha256)).catch(() => undefined);
      if (blob === undefined) missing.push(file);
      totalBytes += file.sizeBytes ?? Number.NaN;
    }
    const partOf = (file: PlannedFile) => join(partial, sha256Hex(new TextEncoder().encode(file.path)).slice(0, 16));
    let neededBytes = 0;
    for (const file of missing)
      neededBytes += (file.sizeBytes ?? 0) - ((await stat(partOf(file)).catch(() => undefined))?.size ?? 0);
    await checkSpace(model, neededBytes);
    const meter = createProgressMeter({ model, totalBytes, clock, onProgress });
    const brought: ModelRecord['files'] = [];
    for (const file of planned) {
      if (!missing.includes(file)) {
        const { sha256 = '', sizeBytes = (await stat(blobPath(sha256))).size } = file;
        brought.push({ path: file.path, sha256, sizeBytes });
        meter.done(sizeBytes);
        continue;
      }
      const part = partOf(file);
      const came = await fetchFile(file, {
        ...{ model, partial: part, http, hasToken: hub.token !== undefined, clock, signal, onBytes: meter.show },
        checkSpace: (bytes) => checkSpace(model, bytes),
      });
      await chmod(part, 0o444);
      await rename(part, blobPath(came.sha256));
      await rm(`${part}.version`, { force: true });
      brought.push({ path: file.path, ...came });
      meter.done(came.sizeBytes);
    }
    return brought;
  }

  /** Makes the folder of a model beside its place, then puts it there at once. */
  async function assemble(key: string, partial: string, files: ModelRecord['files']): Promise<void> {
    const made = join(partial, 'made');
    await rm(made, { recursive: true, force: true });
    for (const { path, sha256 } of files) {
      const target = join(made, 'files', path);
      await mkdir(dirname(target), { recursive: true });
      await link(blobPath(sha256), target).catch(async () => {
        // A file system without links to one file by several names.
        await copyFile(blobPath(sha256), target, constants.COPYFILE_FICLONE);
        await chmod(target, 0o444);
      });
    }
    const record: ModelRecord = { digest: `sha256:${sha256Hex(canonicalJson(files as never))}`, files };
    await writeFile(join(made, 'record.json'), JSON.stringify(record));
    await rm(folderOf(key), { recursive: true, force: true });
    await rename(made, folderOf(key));
  }

  async function fetch(model: ModelSpec, fetching: Fetching): Promise<StoredModel> {
    const { name, ...source } = model;
    const key = sha256Hex(canonicalJson(source as never)).slice(0, 32);
    const there = await find(key, name);
    if (there !== undefined) return there;
    const partial = join(directory, 'partial', key);
    const locks = join(directory, 'locks', key);
    for (const folder of ['blobs', 'models', join('locks', key)])
      await mkdir(join(directory, folder), { recursive: true });
    const lock = await lockWhenFree(locks, name, fetching);
    try {
      // Another fetch may have brought it meanwhile.
      const brought = await find(key, name);
      if (brought !== undefined) return brought;
      await mkdir(partial, { recursive: true, mode: 0o700 });
      const files = await bringAll(name, partial, await plan(model, fetching.signal), fetching);
      await assemble(key, partial, files);
      await rm(partial, { recursive: true, force: true });
      logger.info({ model: name, files: files.length, key }, 'model-fetched');
    } finally {
      lock.release();
    }
    const stored = await find(key, name);
    if (stored === undefined) throw new ByocError('MODEL_FETCH_FAILED', { model: name, reason: 'it is gone again' });
    return stored;
  }

  async function lockWhenFree(path: string, model: string, { signal, onProgress }: Fetching): Promise<DirectoryLock> {
    for (;;) {
      signal.throwIfAborted();
      try {
        return lockDirectory(path);
      } catch (error) {
        if (!isByocError(error, 'DATA_DIRECTORY_LOCKED')) throw error;
      }
      onProgress({ stage: 'model', message: `${model}: another fetch of it is going on` });
      await clock.sleep(LOOK_MS, { signal });
    }
  }

  return {
    async fetch(model, { signal = new AbortController().signal, onProgress = () => {} } = {}) {
      try {
        const inPlace = await findInPlace(model, signal);
        return inPlace ?? (await fetch(model, { signal, onProgress }));
      } catch (error) {
        signal.throwIfAborted();
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'ENOSPC' || code === 'EDQUOT')
          throw new ByocError('DISK_FULL', { path: directory }, { cause: error });
        if (isByocError(error) || code === undefined) throw error;
        const reason = `${directory}: ${code}`;
        throw new ByocError('MODEL_FETCH_FAILED', { model: model.name, reason }, { cause: error });
      }
    },
    close: () => http.close(),
  };
}

/** A file or folder of this machine is used where it lies. */
async function findInPlace(model: ModelSpec, signal: AbortSignal): Promise<StoredModel | undefined> {
  const [entry, ...more] = entriesOf(model);
  if (entry?.location.type !== 'disk' || more.length > 0 || model.uri === undefined) return undefined;
  const { path } = entry.location;
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || !(found.isFile() || found.isDirectory()))
    throw new ByocError('MODEL_NOT_FOUND', {
      model: model.name,
      address: path,
      reason: 'there is no such file or folder',
    });
  const refuse = (expected: string, actual: string) =>
    new ByocError('MODEL_CONTENT_WRONG', { model: model.name, file: path, expected, actual });
  if (entry.sizeBytes !== undefined && entry.sizeBytes !== found.size)
    throw refuse(`${entry.sizeBytes} bytes`, `${found.size} bytes`);
  if (entry.sha256 !== undefined) {
    const hash = createHash('sha256');
    for await (const piece of createReadStream(path, { signal })) hash.update(piece);
    const actual = hash.digest('hex');
    if (actual !== entry.sha256) throw refuse(`SHA-256 ${entry.sha256}`, `SHA-256 ${actual}`);
  }
  return { name: model.name, path, type: found.isDirectory() ? 'folder' : 'file', digest: '' };
}

async function readFreeBytes(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
