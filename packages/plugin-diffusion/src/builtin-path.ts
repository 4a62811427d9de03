import { fileURLToPath } from 'node:url';

/** The folder of the model that comes with the package. Sources and builds are both one folder below it. */
export function builtinPath(): string {
  return fileURLToPath(new URL('../model', import.meta.url));
}

/** The folder of the upscaler that comes with the package. */
export function builtinUpscalerPath(): string {
  return fileURLToPath(new URL('../upscaler', import.meta.url));
}
