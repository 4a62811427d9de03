const DIGEST = /^(?:sha256:)?([0-9a-f]{64})$/;
/** As many as a receipt holds. */
const DIGESTS_MAX = 100;

/**
 * The models that an output says it was made with: its `model.digest`, or those of its `models`. Sorted, each once, as
 * `sha256:<hex>`; what is no digest is left out. Both sides find the same.
 */
export function modelDigests(output: unknown): string[] {
  const { model, models } = (typeof output === 'object' && output !== null ? output : {}) as Record<string, unknown>;
  const named = [model, ...(Array.isArray(models) ? models : [])].flatMap((one: unknown) => {
    const digest = typeof one === 'object' && one !== null ? Reflect.get(one, 'digest') : undefined;
    const found = typeof digest === 'string' ? DIGEST.exec(digest) : null;
    return found === null ? [] : [`sha256:${found[1]}`];
  });
  return [...new Set(named)].sort().slice(0, DIGESTS_MAX);
}
