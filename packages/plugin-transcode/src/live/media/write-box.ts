/** Writes a box of MP4 (ISO/IEC 14496-12). Numbers are 32 bits. */
export function writeBox(type: string, ...content: readonly (number | Uint8Array)[]): Buffer {
  const parts = content.map((one) => (typeof one === 'number' ? u32(one) : one));
  const size = parts.reduce((sum, part) => sum + part.length, 8);
  return Buffer.concat([u32(size), Buffer.from(type, 'latin1'), ...parts], size);
}

function u32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}
