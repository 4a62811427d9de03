import type { FieldIssue } from '../errors/catalogue/capability.ts';

/** How many issues one answer names. */
export const MOST_ISSUES = 50;

/** Leaves out repeats, and all beyond the first 50 with a word on how many there are. */
export function tidyIssues(issues: readonly FieldIssue[]): FieldIssue[] {
  const seen = new Set<string>();
  const unique = issues.filter(({ path, message }) => {
    const key = `${path}\n${message}`;
    return !seen.has(key) && seen.add(key);
  });
  if (unique.length <= MOST_ISSUES) return unique;
  const rest = unique.length - MOST_ISSUES;
  return [...unique.slice(0, MOST_ISSUES), { path: '', message: `has ${rest} more problems` }];
}

/**
 * Says what is wrong with a value that fits no form of a union: the problems of the form it is closest to, or, when two
 * forms are as close, that it fits none of them.
 *
 * @param path where the union is
 * @param forms for each form, what is wrong; a form that is plainly another one (its tag or type differs) is `far`
 */
export function closestForm(
  path: string,
  forms: readonly { readonly issues: readonly FieldIssue[]; readonly far: boolean }[],
): FieldIssue[] {
  const candidates = forms.filter((form) => !form.far && form.issues.length > 0);
  const fewest = Math.min(...candidates.map((form) => form.issues.length));
  const near = candidates.filter((form) => form.issues.length === fewest);
  const [only] = near;
  if (only !== undefined && near.length === 1) return [...only.issues];
  const texts = (near.length > 0 ? near : forms).map((form) =>
    form.issues
      .slice(0, 3)
      .map((issue) => {
        const below = issue.path.slice(path.length);
        return below === '' ? issue.message : `\`${below}\` ${issue.message}`;
      })
      .join(' and '),
  );
  const choices = [...new Set(texts.filter((text) => text !== ''))].slice(0, 6);
  if (choices.length === 1) return [{ path, message: choices[0] as string }];
  return [{ path, message: `fits none of its forms: ${choices.join(', or ') || 'no details'}` }];
}

/** A value in a message: short, on one line. */
export function showValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'bigint') return String(value);
  const text = JSON.stringify(value) ?? typeof value;
  if (text.length <= 40) return text;
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : `${text.slice(0, 36)}…"`;
}

/** The JSON type of a value, with its article. */
export function showType(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return withArticle(typeof value);
}

const PLAIN: Record<string, string> = { array: 'list', record: 'object', map: 'object', int: 'whole number' };

/** `array` → `a list`, `integer` → `a whole number`. */
export function withArticle(type: string): string {
  if (type === 'null') return 'null';
  const word = type === 'integer' ? 'whole number' : (PLAIN[type] ?? type);
  return `${/^[aeiou]/.test(word) ? 'an' : 'a'} ${word}`;
}
