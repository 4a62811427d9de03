import { imageServerFailures } from './image-server-failures.ts';
import type { ServerUpscaler } from './server-dialect.ts';

/** The upscaler of a name; without one, the first. @throws ImageFailure `model-unknown` */
export function findUpscaler(upscalers: readonly ServerUpscaler[], name: string | undefined): ServerUpscaler {
  const found = name === undefined ? upscalers[0] : upscalers.find((one) => one.name === name);
  if (found !== undefined) return found;
  const known = upscalers.map((one) => one.name);
  throw imageServerFailures.modelUnknown(name ?? 'any', known, 'upscaler');
}
