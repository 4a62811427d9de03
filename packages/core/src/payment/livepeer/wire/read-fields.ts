import { BinaryReader } from '@bufbuild/protobuf/wire';

/** Reads a protobuf message field by field. `take` says whether it knew the field; others are skipped. */
export function readFields(message: Uint8Array, take: (field: number, reader: BinaryReader) => boolean): void {
  const reader = new BinaryReader(message);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (!take(field, reader)) reader.skip(wireType, field);
  }
}

/** Bytes of a length between `min` and `max`. Throws RangeError for others. */
export function sizedBytes(name: string, bytes: Uint8Array | undefined, min: number, max = min): Uint8Array {
  const length = bytes?.length ?? 0;
  if (length < min || length > max) throw new RangeError(`${name} has ${length} bytes`);
  return bytes ?? new Uint8Array();
}
