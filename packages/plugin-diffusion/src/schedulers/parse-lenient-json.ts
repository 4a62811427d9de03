/**
 * Reads JSON as Python writes it: `NaN`, `Infinity` and `-Infinity` outside of strings are numbers (diffusers writes
 * `"lambda_min_clipped": -Infinity`).
 *
 * @throws SyntaxError
 */
export function parseLenientJson(text: string): unknown {
  const marked = text.replace(/"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g, (token) =>
    token.startsWith('"') ? token : `{"${MARK}":"${token}"}`,
  );
  return JSON.parse(marked, (_key, value: unknown) => {
    const word = value !== null && typeof value === 'object' ? (value as Record<string, unknown>)[MARK] : undefined;
    return typeof word === 'string' ? Number(word) : value;
  });
}

const MARK = '~number~';
