/** What a picture was made of. */
export interface PictureParameters {
  readonly prompt: string;
  readonly negativePrompt: string;
  readonly steps: number;
  readonly scheduler: string;
  readonly guidance: number;
  readonly seed: number;
  readonly width: number;
  readonly height: number;
  readonly model: string;
  readonly digest: string;
  readonly strength?: number | undefined;
}

/** The parameters as a text, in the form that Stable Diffusion's web interfaces write and read. */
export function describeParameters(parameters: PictureParameters): string {
  const { prompt, negativePrompt, steps, scheduler, guidance, seed, width, height, model, digest, strength } =
    parameters;
  const settings = [
    `Steps: ${steps}`,
    `Sampler: ${scheduler}`,
    `CFG scale: ${guidance}`,
    `Seed: ${seed}`,
    `Size: ${width}x${height}`,
    `Model: ${model}`,
    `Model hash: ${digest.replace('sha256:', '').slice(0, 10)}`,
    ...(strength === undefined ? [] : [`Denoising strength: ${strength}`]),
    'Version: byoc',
  ];
  return [prompt, ...(negativePrompt === '' ? [] : [`Negative prompt: ${negativePrompt}`]), settings.join(', ')].join(
    '\n',
  );
}
