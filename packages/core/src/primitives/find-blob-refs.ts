import type { BlobRef } from './blob-ref.ts';

/** Finds every reference to bytes in a JSON value: objects with the key `$part` or `$uri`. */
export function findBlobRefs(value: unknown): BlobRef[] {
  const found: BlobRef[] = [];
  const walk = (node: unknown): void => {
    if (Array.isArray(node)) {
      for (const item of node) walk(item);
    } else if (node !== null && typeof node === 'object') {
      const record = node as Record<string, unknown>;
      if (typeof record['$part'] === 'string' || typeof record['$uri'] === 'string')
        found.push(record as unknown as BlobRef);
      else for (const item of Object.values(record)) walk(item);
    }
  };
  walk(value);
  return found;
}
