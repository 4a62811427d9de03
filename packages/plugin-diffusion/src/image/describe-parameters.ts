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
  readonly loras?: readonly { readonly name: string; readonly weight: number; readonly sha256: string }[] | undefined;
  readonly strength?: number | undefined;
}

/** The parameters as a text, in the form that Stable Diffusion's web interfaces write and read. */
export function describeParameters(parameters: PictureParameters): string {
  const { prompt, negativePrompt, steps, scheduler, guidance, seed, width, height, model, digest, strength } =
    parameters;
  const loras = parameters.loras ?? [];
  const settings = [
    `Steps: ${steps}`,
    `Sampler: ${scheduler}`,
    `CFG scale: ${guidance}`,
    `Seed: ${seed}`,
    `Size: ${width}x${height}`,
    `Model: ${model}`,
    `Model hash: ${digest.replace('sha256:', '').slice(0, 10)}`,
    ...(strength === undefined ? [] : [`Denoising strength: ${strength}`]),
    ...(loras.length === 0
      ? []
      : [`Lora hashes: "${loras.map(({ name, sha256 }) => `${name}: ${sha256.slice(0, 12)}`).join(', ')}"`]),
    'Version: byoc',
  ];
  const words = [prompt, ...loras.map(({ name, weight }) => `<lora:${name}:${weight}>`)].join(' ');
  return [words, ...(negativePrompt === '' ? [] : [`Negative prompt: ${negativePrompt}`]), settings.join(', ')].join(
    '\n',
  );
}
