/** A file, as an output names it. */
export interface StatedFile {
  /** JSON Pointer of what names it, for example `/images/0`. */
  readonly place: string;
  /** 64 lower-case hex digits. */
  readonly sha256: string;
}

/** Deeper than any output is. */
const DEPTH_MAX = 16;

/** The files that an output names: each object in it with a `sha256`. */
export function statedFiles(output: unknown): StatedFile[] {
  const found: StatedFile[] = [];
  const look = (value: unknown, place: string, depth: number): void => {
    if (typeof value !== 'object' || value === null || depth > DEPTH_MAX) return;
    const sha256: unknown = Reflect.get(value, 'sha256');
    if (typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256)) found.push({ place, sha256 });
    for (const [key, inner] of Object.entries(value))
      look(inner, `${place}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`, depth + 1);
  };
  look(output, '', 0);
  return found;
}
