/** How the engine runs here. */
export interface OnnxEngineOptions {
  /** Folder of a model in diffusers' ONNX layout, or of several. @default the built-in model alone */
  readonly modelsPath?: string | undefined;
  /** Folder of adapters, .safetensors files. @default `loras` in the folder of models */
  readonly adaptersPath?: string | undefined;
  /** What a job takes that names none. @default the first in the folder, then the built-in one */
  readonly defaultModel?: string | undefined;
  /** What a job of image/upscale takes that names none. @default the first upscaler in the folder, then the built-in one */
  readonly defaultUpscaler?: string | undefined;
  /** What runs networks, best first, for example `cuda`. The first that really computes is taken. @default what the platform may have, then cpu */
  readonly providers?: readonly string[] | undefined;
  /** Of one network. @default one for small networks, and one for each core for others */
  readonly threads?: number | undefined;
  /** Jobs at once, and pictures that are made in step with one another where they are of one kind. @default 4 */
  readonly batch?: number | undefined;
  /** Memory that models may take together; the one that was used longest ago goes. @default three quarters of what there is */
  readonly maxModelBytes?: number | undefined;
  /** Bytes of memory that can be had now. @default what the system, or the container, says */
  readonly availableBytes?: (() => number) | undefined;
}
