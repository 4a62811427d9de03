import { Mismatch } from './mismatch.ts';

/** Throws a Mismatch unless it is so. Both texts finish "expected …, but …". */
export function expectThat(isSo: boolean, expected: string, observed: string): asserts isSo {
  if (!isSo) throw new Mismatch(expected, observed);
}
