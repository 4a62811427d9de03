import type { ServeContext, ServedMethod } from './serve-methods.ts';
/** x */
export function createReflectionMethods(_s: readonly string[], _c: ServeContext): readonly ServedMethod[] {
  return [];
}
