import { entry } from '../error-entry.ts';

/** The process runtime. */
export const processErrors = {
  PLUGIN_COMMAND_MISSING: entry<{ plugin: string; folder: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 412,
    recovery: 'fix-request',
    message: (f) => `${f.plugin} (${f.folder}) can't run without Docker: its manifest has no \`command\`.`,
    hint: () => 'Start a Docker Engine, or add `command` to the plugin (for example `["node","dist/worker.js"]`).',
  }),
  PLUGIN_IMAGE_NEEDS_DOCKER: entry<{ image: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 412,
    recovery: 'fix-request',
    message: (f) => `The image ${f.image} can't be installed: this orchestrator runs plugins as processes.`,
    hint: () =>
      'Start a Docker Engine and the orchestrator with `--runtime docker`, or install the plugin from its folder.',
  }),
} as const;
