/** Box types that hold boxes. */
const CONTAINERS = new Set(['moov', 'trak', 'mdia', 'minf', 'stbl', 'mvex', 'moof', 'traf', 'edts']);

export interface Box {
  readonly type: string;
  readonly body: Uint8Array;
  readonly children: readonly Box[];
}

/** Reads the boxes (ISO/IEC 14496-12) in `data`. @throws RangeError when a box says it is longer than what holds it */
export function readBoxes(data: Uint8Array): Box[] {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const boxes: Box[] = [];
  for (let at = 0; at + 8 <= data.length; ) {
    const type = String.fromCharCode(...data.subarray(at + 4, at + 8));
    let size = view.getUint32(at);
    let head = 8;
    if (size === 1 && at + 16 <= data.length) {
      size = Number(view.getBigUint64(at + 8));
      head = 16;
    } else if (size === 0) size = data.length - at;
    if (size < head || at + size > data.length) throw new RangeError(`box ${type} at ${at} has the size ${size}`);
    const body = data.subarray(at + head, at + size);
    boxes.push({ type, body, children: CONTAINERS.has(type) ? readBoxes(body) : [] });
    at += size;
  }
  return boxes;
}

/** The first box at a path such as `moov`, `trak`, `mdia`. */
export function findBox(boxes: readonly Box[], ...path: string[]): Box | undefined {
  const [first, ...rest] = path;
  for (const box of boxes) {
    if (box.type !== first) continue;
    if (rest.length === 0) return box;
    const found = findBox(box.children, ...rest);
    if (found !== undefined) return found;
  }
  return undefined;
}
