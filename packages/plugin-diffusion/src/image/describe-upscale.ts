import type { UpscaleOutput } from '../capability/upscale-output.ts';

/** What a picture was enlarged by, in the form that Stable Diffusion's web interfaces write and read. */
export function describeUpscale({
  settings: { scale },
  model: { name, digest },
}: {
  readonly settings: Pick<UpscaleOutput['settings'], 'scale'>;
  readonly model: UpscaleOutput['model'];
}): string {
  const hash = digest.replace('sha256:', '').slice(0, 10);
  return `Postprocess upscale by: ${scale}, Postprocess upscaler: ${name}, Model hash: ${hash}, Version: byoc`;
}
