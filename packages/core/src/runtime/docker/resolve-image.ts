import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type Docker from 'dockerode';
import { canonicalJson } from '../../capability/canonical-json.ts';
import { ByocError } from '../../errors/byoc-error.ts';
import { parseManifest } from '../../manifest/parse-manifest.ts';
import { checkBuilt } from '../check-built.ts';
import type { PluginSource, ResolvedPlugin, RuntimeProgress } from '../container-runtime.ts';
import { readManifestFile } from '../read-manifest-file.ts';
import { imageTag } from './image-tag.ts';
import { createProgressParser } from './parse-progress.ts';
import { readCredentials } from './read-credentials.ts';
import { registryOf } from './registry-of.ts';
import { translateDockerError } from './translate-docker-error.ts';

/** The image label that holds plugin.json. */
export const MANIFEST_LABEL = 'dev.byoc.manifest';
/** Marks images that were built here: they go with their plugin. */
const BUILT_LABEL = 'dev.byoc.built';
const LAST_LINES = 20;

interface ResolveOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: RuntimeProgress) => void) | undefined;
}

/**
 * Builds the image of a plugin folder. The base image comes from BYOC_BASE_IMAGE when it is set, the network of the build from
 * BYOC_BUILD_NETWORK. An unchanged folder comes out of the engine's cache.
 *
 * @throws ByocError MANIFEST_*, PLUGIN_NOT_BUILT, IMAGE_BUILD_FAILED
 */
export async function buildFolder(
  docker: Docker,
  { path: folder, dockerfile }: Extract<PluginSource, { type: 'folder' }>,
  options: ResolveOptions,
): Promise<ResolvedPlugin> {
  const manifest = await readManifestFile(folder);
  await checkBuilt(manifest, folder);
  const tag = imageTag(manifest);
  const { BYOC_BASE_IMAGE: base, BYOC_BUILD_NETWORK: network } = process.env;
  const lastLines: string[] = [];
  const failed = (reason: string, cause?: unknown) =>
    new ByocError('IMAGE_BUILD_FAILED', { folder, reason, lastLines }, { cause });
  const stream = await docker
    .buildImage(
      { context: folder, src: await listFiles(folder) },
      {
        t: tag,
        dockerfile: dockerfile ?? manifest.dockerfile ?? 'Dockerfile',
        labels: { [MANIFEST_LABEL]: canonicalJson(manifest), [BUILT_LABEL]: 'true' },
        rm: true,
        forcerm: true,
        ...(base ? { buildargs: { BASE_IMAGE: base } } : {}),
        ...(network ? { networkmode: network } : {}),
        ...(options.signal ? { abortSignal: options.signal } : {}),
      },
    )
    .catch((error: unknown) => {
      options.signal?.throwIfAborted();
      const known = translateDockerError(error, 'build an image');
      throw known.code === 'DOCKER_FAILED' ? failed((known as ByocError<'DOCKER_FAILED'>).facts.reason, error) : known;
    });
  await follow(stream, 'build', options, (message) => {
    if (message.text !== '') lastLines.push(message.text.slice(0, 500));
    if (lastLines.length > LAST_LINES) lastLines.shift();
    if (message.error !== undefined) throw failed(message.error.trim().replace(/\.$/, ''));
  });
  return readImage(docker, tag);
}

/**
 * Pulls an image, unless it is here already, and reads its manifest. A private one needs a `docker login` of this user.
 *
 * @throws ByocError IMAGE_NOT_FOUND, MANIFEST_*
 */
export async function pullImage(docker: Docker, reference: string, options: ResolveOptions): Promise<ResolvedPlugin> {
  const action = `pull ${reference}`;
  const here = await docker
    .getImage(reference)
    .inspect()
    .then(
      () => true,
      () => false,
    );
  if (!here) {
    const authconfig = await readCredentials(registryOf(reference));
    const stream = await docker
      .pull(reference, {
        ...(authconfig ? { authconfig } : {}),
        ...(options.signal ? { abortSignal: options.signal } : {}),
      })
      .catch((error: unknown) => {
        options.signal?.throwIfAborted();
        throw translateDockerError(error, action, reference);
      });
    await follow(stream, 'pull', options, (message) => {
      if (message.error !== undefined) throw translateDockerError(new Error(message.error), action, reference);
    });
  }
  return readImage(docker, reference);
}

/** Removes an image that was built here; any other is left alone, as is one that a container still uses. */
export async function removeBuiltImage(docker: Docker, imageId: string): Promise<void> {
  const image = docker.getImage(imageId);
  const found = await image.inspect().catch(() => undefined);
  if (found?.Config.Labels?.[BUILT_LABEL] !== 'true') return;
  // A build that came after this one has taken its tag: then it is known by its id alone.
  const tags = found.RepoTags ?? [];
  for (const name of tags.length === 0 ? [imageId] : tags)
    await docker
      .getImage(name)
      .remove({ noprune: true })
      .catch((error: { statusCode?: number }) => {
        // In use (409) or gone (404): what was wanted.
        if (error.statusCode !== 409 && error.statusCode !== 404) throw translateDockerError(error, 'remove an image');
      });
}

/** An image is pinned by its id: a tag that moves later changes nothing. */
async function readImage(docker: Docker, reference: string): Promise<ResolvedPlugin> {
  const found = await docker
    .getImage(reference)
    .inspect()
    .catch((error: unknown) => {
      throw translateDockerError(error, `inspect ${reference}`, reference);
    });
  const label = found.Config.Labels?.[MANIFEST_LABEL];
  if (label === undefined) throw new ByocError('MANIFEST_MISSING', { location: `image ${reference}` });
  return { manifest: parseManifest(label, { location: `image ${reference}` }), artifact: found.Id, digest: found.Id };
}

/** Every file of a folder, relative to it. dockerode takes out what .dockerignore names. */
async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

type Parsed = ReturnType<ReturnType<typeof createProgressParser>>;

async function follow(
  stream: NodeJS.ReadableStream,
  stage: 'build' | 'pull',
  { signal, onProgress }: ResolveOptions,
  onMessage: (message: Parsed) => void,
): Promise<void> {
  const parse = createProgressParser();
  let rest = '';
  try {
    for await (const chunk of stream) {
      const lines = (rest + String(chunk)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line.trim() === '') continue;
        const message = parse(JSON.parse(line));
        onMessage(message);
        if (message.text !== '') onProgress?.({ stage, message: message.text, fraction: message.fraction });
      }
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw translateDockerError(error, stage === 'build' ? 'build an image' : 'pull an image');
  }
}
