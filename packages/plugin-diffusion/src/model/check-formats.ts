import { ImageFailure } from './image-failure.ts';

/** Formats that are programs, or may be, when they are read; and those that only Python reads. */
const REFUSED = /\.(?:ckpt|pt|pth|pkl|pickle|bin|h5|keras|joblib|npy|npz|msgpack|safetensors|gguf|py)$/i;

/**
 * Refuses a model whose weights are not ONNX. Nothing in it is opened: a pickle runs what it holds.
 *
 * @throws ImageFailure
 */
export function checkFormats(name: string, files: readonly { readonly path: string }[]): void {
  const folderOf = (path: string) => path.split('/').slice(0, -1).join('/');
  for (const { path } of files) {
    const isBesideOnnx = files.some((other) => other.path.endsWith('.onnx') && folderOf(other.path) === folderOf(path));
    if (!REFUSED.test(path) || isBesideOnnx) continue;
    // Large downloads bring the weights of other frameworks along: let be where ONNX is there for the same part.
    if (files.some((other) => other.path === `${folderOf(path)}/model.onnx`)) continue;
    if (!/^(?:text_encoder|unet|transformer|vae|safety_checker|[^/]+$)/.test(path)) continue;
    if (/^vae\//.test(path) && files.some((other) => other.path === 'vae_decoder/model.onnx')) continue;
    throw new ImageFailure({
      reason: 'model-format-refused',
      message: `\`${path}\` of the model \`${name}\` is not ONNX; it was not opened`,
      hint: 'Export the model to ONNX (`optimum-cli export onnx`).',
      recovery: 'retry-other',
    });
  }
}
