import { fileURLToPath } from 'node:url';

/** The folder of the plugin that the demo installs. */
export function transcodeFolder(): string {
  return fileURLToPath(new URL('.', import.meta.resolve('@byoc/plugin-transcode/package.json')));
}
