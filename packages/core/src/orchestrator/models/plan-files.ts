import { ByocError } from '../../errors/byoc-error.ts';
import { isModelPath } from '../../manifest/model-path.ts';
import type { ModelSpec } from '../../manifest/model-spec.ts';
import { type ModelLocation, parseModelUri } from '../../manifest/model-uri.ts';
import type { HubFile } from './list-hub-files.ts';

/** A file to fetch: where it lies in the model's folder, where it comes from, and what it must be. */
export interface PlannedFile {
  readonly path: string;
  readonly url: string;
  readonly sizeBytes: number | undefined;
  readonly sha256: string | undefined;
  /** What git calls its content; see `gitBlobId`. */
  readonly blobId: string | undefined;
}

/** An address of a model with what its specification says of the file there. */
export interface ModelEntry {
  readonly location: ModelLocation;
  readonly path: string | undefined;
  readonly sizeBytes: number | undefined;
  readonly sha256: string | undefined;
}

/** Takes a specification apart into its addresses. @throws ByocError MODEL_ADDRESS_INVALID */
export function entriesOf(model: ModelSpec): ModelEntry[] {
  const { files = [], uri, sha256, sizeBytes } = model;
  return [...(uri === undefined ? [] : [{ uri, sha256, sizeBytes, path: undefined }]), ...files].map((one) => {
    const location = parseModelUri(one.uri);
    if (typeof location === 'string')
      throw new ByocError('MODEL_ADDRESS_INVALID', { model: model.name, reason: location });
    return { location, path: one.path, sizeBytes: one.sizeBytes, sha256: one.sha256 };
  });
}

/** Plans the files of one address of the hub, of what its repository holds. Names come from a server: none leaves the folder. */
export function planHubFiles(model: ModelSpec, entry: ModelEntry, listed: readonly HubFile[]): PlannedFile[] {
  const { location, sha256, sizeBytes } = entry;
  if (location.type !== 'hub') return [];
  const wanted = location.path;
  const address = `hf://${location.repository}@${location.revision}`;
  const unsafe = listed.find(({ path }) => !isModelPath(path));
  if (unsafe !== undefined)
    throw new ByocError('MODEL_ADDRESS_INVALID', {
      model: model.name,
      reason: `${address} lists \`${unsafe.path.slice(0, 200)}\`, which is no path inside a folder`,
    });
  const include = model.include ?? ['*'];
  const isWanted = (path: string) =>
    wanted === undefined ? include.some((pattern) => matchesPattern(path, pattern)) : isPieceOf(wanted, path);
  const found = listed.filter(({ path }) => isWanted(path) && path !== '.gitattributes');
  if (found.length === 0 || (wanted !== undefined && found.every(({ path }) => path !== wanted)))
    throw new ByocError('MODEL_NOT_FOUND', {
      model: model.name,
      address,
      reason: `it has no file ${wanted ?? include.join(' or ')}`,
    });
  return found.map((file) => {
    const told = file.path === wanted ? { sha256, sizeBytes } : {};
    for (const [expected, actual] of [
      [told.sha256, file.sha256],
      [told.sizeBytes, file.sizeBytes],
    ])
      if (expected !== undefined && actual !== undefined && expected !== actual)
        throw new ByocError('MODEL_CONTENT_WRONG', {
          ...{ model: model.name, file: file.path },
          ...{ expected: String(expected), actual: `the hub has ${actual}` },
        });
    return {
      path: wanted === undefined ? file.path : ((file.path === wanted ? entry.path : undefined) ?? lastName(file.path)),
      url: file.url,
      sizeBytes: told.sizeBytes ?? file.sizeBytes,
      sha256: told.sha256 ?? file.sha256,
      blobId: file.blobId,
    };
  });
}

/** Plans the file of an address of the web. @throws ByocError MODEL_ADDRESS_INVALID when it has no name */
export function planWebFile(model: ModelSpec, entry: ModelEntry & { location: { type: 'web' } }): PlannedFile {
  const { location, sizeBytes, sha256 } = entry;
  const path = entry.path ?? lastName(new URL(location.url).pathname).replace(/(%[0-9a-f]{2})+/gi, readable);
  if (isModelPath(path)) return { path, url: location.url, sizeBytes, sha256, blobId: undefined };
  throw new ByocError('MODEL_ADDRESS_INVALID', { model: model.name, reason: 'its address names no file' });
}

/** Refuses files that would lie on top of each other. @throws ByocError MODEL_ADDRESS_INVALID */
export function checkPaths(model: string, files: readonly PlannedFile[]): void {
  const paths = new Set<string>();
  for (const { path } of files) {
    if (paths.has(path)) throw new ByocError('MODEL_ADDRESS_INVALID', { model, reason: `\`${path}\` is there twice` });
    paths.add(path);
  }
}

function readable(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}

function lastName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** A GGUF model may be cut into pieces: who names one means all. */
function isPieceOf(wanted: string, path: string): boolean {
  const whole = (name: string) => name.replace(/-\d{5}(-of-\d{5}\.gguf)$/, '$1');
  return path === wanted || (whole(wanted) !== wanted && whole(path) !== path && whole(path) === whole(wanted));
}

/** As the hub's tools read patterns: `*` any text, `?` any character; a folder means all in it. Never slow, whatever the pattern. */
export function matchesPattern(path: string, given: string): boolean {
  const pattern = given.endsWith('/') ? `${given}*` : given;
  let [at, from, star, resume] = [0, 0, -1, 0];
  while (at < path.length) {
    if (pattern[from] === '*') [star, resume, from] = [from, at, from + 1];
    else if (pattern[from] === '?' || pattern[from] === path[at]) [at, from] = [at + 1, from + 1];
    else if (star >= 0) [from, resume, at] = [star + 1, resume + 1, resume + 1];
    else return false;
  }
  return /^\**$/.test(pattern.slice(from));
}
