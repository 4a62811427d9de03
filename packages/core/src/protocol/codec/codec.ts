import type { BinaryWriter } from '@bufbuild/protobuf/wire';
import { readMessage } from './read-message.ts';
import type { WireContext } from './wire-context.ts';
import { writeMessage } from './write-message.ts';

/** Turns a value of the domain into the bytes of one gRPC message and back. */
export interface Codec<T> {
  encode(value: T): Uint8Array;
  decode(bytes: Uint8Array, context: WireContext): T;
  /** Cuts a value that would not fit into one message into several; undefined when it fits. */
  split?(value: T): T[] | undefined;
}

/** Makes a codec from a generated type and the two mappings. */
export function createCodec<M, T>(
  type: { encode(message: M): BinaryWriter; decode(input: Uint8Array): M },
  toMessage: (value: T) => M,
  fromMessage: (message: M, context: WireContext) => T,
  split?: (value: T) => T[] | undefined,
): Codec<T> {
  return {
    encode: (value) => writeMessage(type, toMessage(value)),
    decode: (bytes, context) => readMessage(type, bytes, context, fromMessage),
    ...(split === undefined ? {} : { split }),
  };
}
