export { generate } from './capability/generate.ts';
export type { GenerateInput } from './capability/input.ts';
export type { GenerateChange, GeneratedImage, GenerateOutput } from './capability/output.ts';
