/** Writes a number below 2^256 as 32 bytes, big-endian, into `target` at `offset`. */
export function writeUint256(target: Uint8Array, offset: number, value: bigint): void {
  if (value < 0n || value >> 256n !== 0n) throw new RangeError(`${value} does not fit into 256 bits`);
  const view = new DataView(target.buffer, target.byteOffset, target.byteLength);
  for (let word = 3; word >= 0; word -= 1) {
    view.setBigUint64(offset + word * 8, BigInt.asUintN(64, value));
    value >>= 64n;
  }
}

/** A number below 2^256 as 32 bytes, big-endian. */
export function uint256Bytes(value: bigint): Uint8Array {
  const bytes = new Uint8Array(32);
  writeUint256(bytes, 0, value);
  return bytes;
}

/** Reads bytes as an unsigned big-endian number; 0 when empty. */
export function bytesToBigInt(bytes: Uint8Array): bigint {
  let value = 0n;
  if (bytes.length === 32) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, 32);
    for (let word = 0; word < 4; word += 1) value = (value << 64n) | view.getBigUint64(word * 8);
    return value;
  }
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return value;
}

/** An unsigned number as big-endian bytes without leading zeros; empty for 0. */
export function minimalBytes(value: bigint): Uint8Array {
  if (value === 0n) return new Uint8Array();
  const bytes = uint256Bytes(value);
  return bytes.subarray(bytes.findIndex((byte) => byte !== 0));
}
