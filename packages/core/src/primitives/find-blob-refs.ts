import type { BlobRef } from './blob-ref.ts';

/** Finds every reference to bytes in a JSON value, in order: objects with the key `$part` or `$uri`. Depth is no limit. */
export function findBlobRefs(value: unknown): BlobRef[] {
  const found: BlobRef[] = [];
  const left: unknown[] = [value];
  while (left.length > 0) {
    const node = left.pop();
    if (node === null || typeof node !== 'object') continue;
    const record = node as Record<string, unknown>;
    if (typeof record['$part'] === 'string' || typeof record['$uri'] === 'string') {
      found.push(record as unknown as BlobRef);
      continue;
    }
    const children = Object.values(record);
    for (let at = children.length - 1; at >= 0; at -= 1) left.push(children[at]);
  }
  return found;
}
