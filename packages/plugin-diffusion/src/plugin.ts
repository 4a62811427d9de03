export { createDiffusionPlugin, type DiffusionPluginOptions } from './plugin/create-diffusion-plugin.ts';
