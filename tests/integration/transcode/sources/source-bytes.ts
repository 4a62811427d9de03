import { createHash } from 'node:crypto';

/** Bytes that look random and are the same each time. */
export function noise(bytes: number, seed: string): Buffer {
  const blocks: Buffer[] = [];
  for (let at = 0; at * 32 < bytes; at += 1) blocks.push(createHash('sha256').update(`${seed} ${at}`).digest());
  return Buffer.concat(blocks).subarray(0, bytes);
}

/** A copy with bytes of a range spoilt: one in `every`. */
export function spoil(data: Buffer, options: { from: number; to: number; every: number }): Buffer {
  const copy = Buffer.from(data);
  const values = noise(copy.length, 'spoil');
  for (let at = options.from; at < options.to; at += options.every) copy[at] = values[at] as number;
  return copy;
}

/** A copy in which the bytes after the first place where `marker` stands are replaced. */
export function patchAfter(data: Buffer, marker: Buffer | string, offset: number, bytes: Buffer): Buffer {
  const at = data.indexOf(marker);
  if (at === -1) throw new Error('the marker is not in the data');
  const copy = Buffer.from(data);
  bytes.copy(copy, at + offset);
  return copy;
}

/** Wraps content into an MP4 box. */
export function box(type: string, ...content: Buffer[]): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + content.reduce((sum, one) => sum + one.length, 0));
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, ...content]);
}
