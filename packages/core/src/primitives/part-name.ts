const SEGMENT = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/;

/**
 * Tells whether a text names a part: 1 to 8 segments of letters, digits, `.`, `_` and `-`, joined by `/`, none
 * starting with a dot, at most 200 characters in all. Such a name is safe as a relative path.
 */
export function isPartName(text: string): boolean {
  if (text.length === 0 || text.length > 200) return false;
  const segments = text.split('/');
  return segments.length <= 8 && segments.every((segment) => SEGMENT.test(segment));
}
