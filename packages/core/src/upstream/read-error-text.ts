/**
 * Finds the sentence in a server's error answer: OpenAI's `error.message`, vLLM's and others' `message`, FastAPI's `detail`; else the
 * text as it is.
 */
export function readErrorText(text: string): string {
  try {
    const body = JSON.parse(text) as Record<'error' | 'message' | 'detail' | 'errors', unknown>;
    const found = [body.error, body.message, body.detail, body.errors].map(sentenceOf);
    const said = found.filter((value) => value !== undefined);
    // Some have a code in one of them, and the sentence in another.
    return said.find((value) => /\s/.test(value)) ?? said[0] ?? text;
  } catch {
    return text;
  }
}

function sentenceOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  if (Array.isArray(value)) {
    const found = value.map(sentenceOf).filter((one) => one !== undefined);
    return found.length === 0 ? undefined : found.join('; ');
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { message, msg, details, loc } = value as Record<'message' | 'msg' | 'details' | 'loc', unknown>;
  const said = typeof message === 'string' ? message : typeof msg === 'string' ? msg : undefined;
  if (said === undefined) return undefined;
  const more = Array.isArray(loc) ? ` (${loc.join('.')})` : '';
  return typeof details === 'string' && details !== '' ? `${said}: ${details}` : `${said}${more}`;
}
