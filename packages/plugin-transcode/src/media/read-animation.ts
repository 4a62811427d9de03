/** Reads what an animated WebP holds: chunks of RIFF, of which each picture is one. @throws RangeError when it is not whole */
export function readAnimation(file: Buffer): { readonly pictures: number; readonly durationMs: number } {
  if (file.toString('latin1', 0, 4) !== 'RIFF' || file.toString('latin1', 8, 12) !== 'WEBP')
    throw new RangeError('the preview is no WebP');
  let pictures = 0;
  let durationMs = 0;
  for (let at = 12; at + 8 <= file.length; ) {
    const type = file.toString('latin1', at, at + 4);
    const size = file.readUInt32LE(at + 4);
    if (at + 8 + size > file.length) throw new RangeError('the preview is cut off');
    if (type === 'ANMF') {
      pictures += 1;
      durationMs += file.readUIntLE(at + 8 + 12, 3);
    } else if (type === 'VP8 ' || type === 'VP8L') pictures += 1;
    at += 8 + size + (size % 2);
  }
  return { pictures, durationMs };
}
