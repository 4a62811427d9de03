export type { MarkedPicture, PictureMark } from './job/picture-mark.ts';
export { createDiffusionPlugin, type DiffusionPluginOptions } from './plugin/create-diffusion-plugin.ts';
