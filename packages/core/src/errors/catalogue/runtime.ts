import { entry } from '../error-entry.ts';

/** Container engines, images and builds. */
export const runtimeErrors = {
  DOCKER_UNAVAILABLE: entry<{ tried: string[] }>({
    grpc: 'FAILED_PRECONDITION',
    http: 412,
    recovery: 'fix-request',
    message: (f) => `No container engine answers (tried ${f.tried.join(', ')}).`,
    hint: () => 'Start Docker or Podman, set DOCKER_HOST, or go on without a sandbox: `--runtime process`.',
  }),
  DOCKER_PERMISSION: entry<{ socket: string }>({
    grpc: 'PERMISSION_DENIED',
    http: 403,
    recovery: 'fix-request',
    message: (f) => `This user may not use the container engine at ${f.socket}.`,
    hint: () => 'Add the user to the `docker` group and log in anew, or use a rootless engine.',
  }),
  DOCKER_LOST: entry<{ reason: string }>({
    grpc: 'UNAVAILABLE',
    http: 503,
    recovery: 'retry-same',
    message: (f) => `The container engine no longer answers: ${f.reason}.`,
    hint: () => 'Start it again; workers that survived are taken back by themselves.',
  }),
  DOCKER_FAILED: entry<{ action: string; reason: string }>({
    grpc: 'INTERNAL',
    http: 502,
    recovery: 'give-up',
    message: (f) => `The container engine could not ${f.action}: ${f.reason}.`,
    hint: () => 'The log of the engine may say more.',
  }),
  IMAGE_NOT_FOUND: entry<{ image: string; reason: string }>({
    grpc: 'NOT_FOUND',
    http: 404,
    recovery: 'fix-request',
    message: (f) => `The image ${f.image} can't be had: ${f.reason}.`,
    hint: () => 'Check its name and tag, `docker login` for a private one, and that this machine reaches its registry.',
  }),
  IMAGE_BUILD_FAILED: entry<{ folder: string; reason: string; lastLines: string[] }>({
    grpc: 'FAILED_PRECONDITION',
    http: 422,
    recovery: 'fix-request',
    message: (f) =>
      `Building the image of ${f.folder} failed: ${f.reason}.${f.lastLines.length === 0 ? '' : ` Last line: ${f.lastLines.at(-1)}`}`,
    hint: () =>
      '`docker build` in that folder shows the whole output; without a network the base image must be there already (BYOC_BASE_IMAGE).',
  }),
  PLUGIN_NOT_BUILT: entry<{ plugin: string; folder: string; file: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 412,
    recovery: 'fix-request',
    message: (f) => `${f.plugin} is not built: ${f.folder} has no ${f.file}.`,
    hint: () => 'Run its build first (for a plugin made with this kit: `npm run build`).',
  }),
  GPU_UNAVAILABLE: entry<{ reason: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 412,
    recovery: 'fix-request',
    message: (f) => `The container engine gives no graphics card: ${f.reason}.`,
    hint: () =>
      'For NVIDIA: install its driver and the NVIDIA Container Toolkit, `nvidia-ctk runtime configure --runtime=docker`, and start the engine again. Without a card: leave out `--gpus`.',
  }),
  GRANT_UNSUPPORTED: entry<{ plugin: string; grant: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 412,
    recovery: 'give-up',
    message: (f) => `${f.plugin} asks for ${f.grant}, which can't be granted and enforced yet.`,
    hint: () => 'Use a version of the plugin that needs no such grant.',
  }),
} as const;
