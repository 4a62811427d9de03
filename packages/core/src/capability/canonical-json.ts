import canonicalize from 'canonicalize';

/**
 * Writes a JSON value as canonical JSON (RFC 8785): the same value gives the same text in every language.
 *
 * @throws TypeError for what JSON can't say: `undefined`, NaN, infinities, lone surrogates, cycles.
 */
export function canonicalJson(value: unknown): string {
  let text: string | undefined;
  try {
    text = canonicalize(value);
  } catch (cause) {
    throw new TypeError(`no canonical JSON: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
  if (text === undefined) throw new TypeError(`no canonical JSON: ${typeof value} is not a JSON value`);
  return text;
}
