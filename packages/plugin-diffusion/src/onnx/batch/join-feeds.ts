import type { Tensor, TensorInfo } from '../../runtime/tensor.ts';

type Feeds = Readonly<Record<string, Tensor>>;

/** What several pictures feed a network, as one; `parts` says how much of its batch belongs to each. */
export interface JoinedFeeds {
  readonly feeds: Feeds;
  readonly parts: readonly number[];
}

/**
 * Joins what pictures feed a network along its batch: the first side of its latents, and of every other input that names it so. Undefined
 * where it can't be done: a network of a fixed batch, other shapes, or other values for what all of a batch share, such as one timestep.
 */
export function joinFeeds(inputs: readonly TensorInfo[], all: readonly Feeds[]): JoinedFeeds | undefined {
  const main = inputs.find(({ name }) => name === 'sample' || name === 'hidden_states');
  const batch = main?.shape[0];
  if (main === undefined || typeof batch !== 'string') return undefined;
  const joined: Record<string, Tensor> = {};
  for (const { name, shape } of inputs) {
    const tensors = all.map((feeds) => feeds[name]).filter((tensor) => tensor !== undefined);
    const [first] = tensors;
    if (first === undefined || tensors.length < all.length) return undefined;
    if (shape[0] === batch) {
      if (!tensors.every(({ dims }) => isSame(dims.slice(1), first.dims.slice(1)))) return undefined;
      const count = tensors.reduce((sum, { dims }) => sum + (dims[0] ?? 0), 0);
      joined[name] = { type: first.type, dims: [count, ...first.dims.slice(1)], data: concat(tensors) };
    } else {
      if (!tensors.every(({ dims, data }) => isSame(dims, first.dims) && isSame(data, first.data))) return undefined;
      joined[name] = { ...first, data: first.data.slice() };
    }
  }
  return { feeds: joined, parts: all.map((feeds) => feeds[main.name]?.dims[0] ?? 0) };
}

/** Gives each picture its part of what a network made of joined feeds. */
export function splitOutputs(outputs: Feeds, parts: readonly number[]): readonly Feeds[] {
  const whole = parts.reduce((sum, part) => sum + part, 0);
  let from = 0;
  return parts.map((part) => {
    const start = from;
    from += part;
    return Object.fromEntries(
      Object.entries(outputs).map(([name, { type, dims, data }]) => {
        const size = data.length / whole;
        return [name, { type, dims: [part, ...dims.slice(1)], data: data.slice(start * size, (start + part) * size) }];
      }),
    );
  });
}

/** Whether two results are the same to the bit. */
export function isSameOutput(one: Feeds, other: Feeds): boolean {
  return Object.entries(one).every(([name, { data }]) => {
    const bytes = ({ buffer, byteOffset, byteLength }: Tensor['data']) => Buffer.from(buffer, byteOffset, byteLength);
    const same = other[name]?.data;
    return same !== undefined && bytes(data).equals(bytes(same));
  });
}

function isSame(one: ArrayLike<number | bigint>, other: ArrayLike<number | bigint>): boolean {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at += 1) if (one[at] !== other[at]) return false;
  return true;
}

function concat(tensors: readonly Tensor[]): Tensor['data'] {
  const [first] = tensors as [Tensor];
  const length = tensors.reduce((sum, { data }) => sum + data.length, 0);
  const all = new (first.data.constructor as Float32ArrayConstructor)(length) as Tensor['data'];
  let at = 0;
  for (const { data } of tensors) {
    (all as Float32Array).set(data as Float32Array, at);
    at += data.length;
  }
  return all;
}
