import { crc32 } from 'node:zlib';

/** Puts a text of any script into a PNG file, behind its header, under a keyword (iTXt). */
export function addPngText(png: Uint8Array, keyword: string, text: string): Uint8Array {
  // Keyword, its end, not compressed, method 0, no language, no translated keyword.
  const data = Buffer.concat([Buffer.from(keyword, 'latin1'), Buffer.from([0, 0, 0, 0, 0]), Buffer.from(text, 'utf8')]);
  const body = Buffer.concat([Buffer.from('iTXt', 'latin1'), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  /** Signature and IHDR. */
  const header = 8 + 25;
  return new Uint8Array(Buffer.concat([png.subarray(0, header), length, body, check, png.subarray(header)]));
}
