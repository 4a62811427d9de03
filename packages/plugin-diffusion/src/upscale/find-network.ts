/** Where a network that enlarges pictures lies in its folder, best first. */
const PLACES = ['model.onnx', 'onnx/model.onnx'];

/**
 * Finds the network of a folder that holds nothing but one: where Hugging Face's exports have it, or the only ONNX file of the top folder.
 * Undefined for a model of another kind, which has an index or folders of its own.
 */
export function findNetwork(files: readonly { readonly path: string }[]): string | undefined {
  const paths = files.map(({ path }) => path);
  if (paths.includes('model_index.json')) return undefined;
  const known = PLACES.find((place) => paths.includes(place));
  if (known !== undefined) return known;
  const others = paths.filter((path) => /^[^/]+\.onnx$/.test(path));
  return others.length === 1 ? others[0] : undefined;
}
