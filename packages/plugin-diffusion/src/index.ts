export { generate } from './capability/generate.ts';
export type { GenerateInput } from './capability/input.ts';
export type { GenerateChange, GeneratedImage, GenerateOutput } from './capability/output.ts';
export { upscale } from './capability/upscale.ts';
export type { UpscaleInput } from './capability/upscale-input.ts';
export type { UpscaleOutput } from './capability/upscale-output.ts';
