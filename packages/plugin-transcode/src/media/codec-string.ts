import { type Box, findBox } from './mp4-boxes.ts';

/** RFC 6381 of a picture codec, from the configuration that decoders get; undefined for codecs not known here. `boxes` are those of the sample entry. */
export function pictureCodec(type: string, boxes: readonly Box[]): string | undefined {
  switch (type) {
    case 'avc1':
    case 'avc3':
      return with3(findBox(boxes, 'avcC')?.body, (avcC) => `${type}.${[...avcC.subarray(1, 4)].map(hex2).join('')}`);
    case 'hvc1':
    case 'hev1':
      return with3(findBox(boxes, 'hvcC')?.body, (hvcC) => `${type}.${hevcProfile(hvcC)}`);
    case 'av01':
      return with3(findBox(boxes, 'av1C')?.body, (av1C) => `av01.${av1Profile(av1C)}`);
    case 'vp09':
      return with3(findBox(boxes, 'vpcC')?.body, (vpcC) => {
        const [profile = 0, level = 0, depth = 0] = vpcC.subarray(4);
        return `vp09.${[profile, level, depth >> 4].map((value) => String(value).padStart(2, '0')).join('.')}`;
      });
    default:
      return undefined;
  }
}

/** A configuration of at least three bytes. */
function with3(body: Uint8Array | undefined, text: (body: Uint8Array) => string): string | undefined {
  return body === undefined || body.length < 3 ? undefined : text(body);
}

/** ISO/IEC 14496-15, annex E.3. */
function hevcProfile(hvcC: Uint8Array): string {
  const first = hvcC[1] ?? 0;
  let compatible = 0;
  // The flags are written with their bits in reverse.
  for (let bit = 0; bit < 32; bit += 1) if ((hvcC[2 + (bit >> 3)] ?? 0) & (0x80 >> (bit & 7))) compatible += 2 ** bit;
  const constraints = [...hvcC.subarray(6, 12)];
  while (constraints.at(-1) === 0) constraints.pop();
  const space = ['', 'A', 'B', 'C'][first >> 6];
  const tier = first & 0x20 ? 'H' : 'L';
  return [
    `${space}${first & 31}`,
    compatible.toString(16),
    `${tier}${hvcC[12] ?? 0}`,
    ...constraints.map((byte) => byte.toString(16)),
  ].join('.');
}

/** AV1 codec ISO media file format binding, section 5. */
function av1Profile(av1C: Uint8Array): string {
  const [, profile = 0, flags = 0] = av1C;
  const depth = flags & 0x40 ? (flags & 0x20 ? 12 : 10) : 8;
  const level = String(profile & 31).padStart(2, '0');
  return `${profile >> 5}.${level}${flags & 0x80 ? 'H' : 'M'}.${String(depth).padStart(2, '0')}`;
}

function hex2(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
