import type { AnyCapability, InputOf } from '../../capability/capability.ts';
import type { BlobInput } from '../blobs/blob-input.ts';

/** The same shape, with bytes allowed where it names a part or a URI. */
export type WithBlobs<T> = T extends { $part: string } | { $uri: string }
  ? T | BlobInput
  : T extends object
    ? { [K in keyof T]: WithBlobs<T[K]> }
    : T;

/** What `run` takes as input. */
export type RunInput<C extends AnyCapability> = WithBlobs<InputOf<C>>;
