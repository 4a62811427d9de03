/** A tag's attributes, without their quotes. */
export type Attributes = Readonly<Record<string, string>>;

/** A segment as a media playlist lists it. */
export interface Segment {
  readonly uri: string;
  readonly seconds: number;
  readonly range: { readonly offset: number; readonly bytes: number } | undefined;
  readonly discontinuity: boolean;
}

/** A media playlist. */
export interface MediaPlaylist {
  readonly tags: ReadonlyMap<string, string>;
  readonly map: Attributes | undefined;
  readonly segments: readonly Segment[];
}

/** A multivariant playlist. */
export interface MasterPlaylist {
  readonly tags: ReadonlySet<string>;
  readonly variants: readonly { readonly uri: string; readonly attributes: Attributes }[];
  readonly media: readonly Attributes[];
  readonly iFrames: readonly Attributes[];
}

/** Reads an attribute list (RFC 8216, 4.2). */
export function parseAttributes(text: string): Attributes {
  const found: Record<string, string> = {};
  for (const [, name = '', quoted, plain] of text.matchAll(/([A-Z0-9-]+)=(?:"([^"]*)"|([^",]*))(?:,|$)/g))
    found[name] = quoted ?? plain ?? '';
  return found;
}

/** Reads a media playlist; tags that are not known are kept by name. */
export function parseMedia(text: string): MediaPlaylist {
  const tags = new Map<string, string>();
  const segments: Segment[] = [];
  let map: Attributes | undefined;
  let next: { seconds?: number; range?: Segment['range']; discontinuity?: boolean } = {};
  let rangeEnd = 0;
  for (const line of text.split('\n').filter((one) => one !== '')) {
    if (!line.startsWith('#')) {
      const { seconds = Number.NaN, range, discontinuity = false } = next;
      segments.push({ uri: line, seconds, range, discontinuity });
      next = {};
      continue;
    }
    const [, name = '', value = ''] = /^#([A-Z0-9-]+)(?::(.*))?$/.exec(line) ?? [];
    if (name === 'EXTINF') next.seconds = Number(value.split(',')[0]);
    else if (name === 'EXT-X-DISCONTINUITY') next.discontinuity = true;
    else if (name === 'EXT-X-MAP') map = parseAttributes(value);
    else if (name === 'EXT-X-BYTERANGE') {
      const [bytes = 0, offset = rangeEnd] = value.split('@').map(Number);
      next.range = { offset, bytes };
      rangeEnd = offset + bytes;
    } else tags.set(name, value);
  }
  return { tags, map, segments };
}

/** Reads a multivariant playlist. */
export function parseMaster(text: string): MasterPlaylist {
  const variants: { uri: string; attributes: Attributes }[] = [];
  const media: Attributes[] = [];
  const iFrames: Attributes[] = [];
  const tags = new Set<string>();
  let variant: Attributes | undefined;
  for (const line of text.split('\n').filter((one) => one !== '')) {
    if (!line.startsWith('#')) {
      variants.push({ uri: line, attributes: variant ?? {} });
      variant = undefined;
      continue;
    }
    const [, name = '', value = ''] = /^#([A-Z0-9-]+)(?::(.*))?$/.exec(line) ?? [];
    if (name === 'EXT-X-STREAM-INF') variant = parseAttributes(value);
    else if (name === 'EXT-X-MEDIA') media.push(parseAttributes(value));
    else if (name === 'EXT-X-I-FRAME-STREAM-INF') iFrames.push(parseAttributes(value));
    else tags.add(name);
  }
  return { tags, variants, media, iFrames };
}
