import type { z } from 'zod';
import type { FieldIssue } from '../errors/catalogue/capability.ts';
import { closestForm, showType, showValue, tidyIssues, withArticle } from './field-issues.ts';
import { jsonPointer, valueAt } from './json-pointer.ts';

/** Turns zod's issues with `value` into field issues: JSON Pointers and plain sentences. */
export function zodIssues(error: z.core.$ZodError, value: unknown): FieldIssue[] {
  return tidyIssues(error.issues.flatMap((issue) => plain(issue, value, [])));
}

function plain(issue: z.core.$ZodIssue, root: unknown, base: readonly PropertyKey[]): FieldIssue[] {
  const path = [...base, ...issue.path];
  const at = jsonPointer(path);
  const got = valueAt(root, path);
  const say = (message: string): FieldIssue[] => [{ path: at, message }];
  switch (issue.code) {
    case 'invalid_type':
      if (got === undefined) return say('is required');
      if (issue.expected === 'int') return say(`must be a whole number, got ${showValue(got)}`);
      return say(`must be ${withArticle(issue.expected)}, got ${showType(got)}`);
    case 'too_big':
      return say(`must ${limit(issue.origin, 'most', issue.maximum, issue.inclusive)}, got ${size(got)}`);
    case 'too_small':
      return say(`must ${limit(issue.origin, 'least', issue.minimum, issue.inclusive)}, got ${size(got)}`);
    case 'not_multiple_of':
      return say(`must be a multiple of ${issue.divisor}, got ${showValue(got)}`);
    case 'invalid_value':
      if (got === undefined) return say('is required');
      return say(`must be ${oneOf(issue.values)}, got ${showValue(got)}`);
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({ path: jsonPointer([...path, key]), message: 'is not a known field' }));
    case 'invalid_format':
      // A message of the schema's author says more than the pattern.
      if (!issue.message.startsWith('Invalid')) return say(lowerFirst(issue.message));
      if (issue.format === 'regex') return say(`must match ${issue.pattern ?? 'its pattern'}, got ${showValue(got)}`);
      return say(`must be a valid ${issue.format}, got ${showValue(got)}`);
    case 'invalid_union':
      if (issue.errors.length === 0 && 'options' in issue && Array.isArray(issue.options)) {
        return say(got === undefined ? 'is required' : `must be ${oneOf(issue.options)}, got ${showValue(got)}`);
      }
      if (got === undefined) return say('is required');
      return closestForm(
        at,
        issue.errors.map((errors) => ({
          issues: errors.flatMap((inner) => plain(inner, root, path)),
          far: errors.some(isOtherForm),
        })),
      );
    case 'invalid_key':
      return say(`has a name that is not allowed: ${issue.issues.map((inner) => inner.message).join('; ')}`);
    default:
      return say(lowerFirst(issue.message));
  }
}

/** A wrong type of the whole, or a wrong tag: the caller meant another form. */
function isOtherForm(issue: z.core.$ZodIssue): boolean {
  return (
    (issue.code === 'invalid_type' && issue.path.length === 0) ||
    (issue.code === 'invalid_value' && issue.path.length <= 1)
  );
}

function limit(origin: string, side: 'most' | 'least', bound: number | bigint, inclusive: boolean | undefined): string {
  const words = inclusive === false ? (side === 'most' ? 'less than' : 'more than') : `at ${side}`;
  if (origin === 'string') return `have ${words} ${bound} characters`;
  if (origin === 'array' || origin === 'set') return `have ${words} ${bound} items`;
  return `be ${words} ${bound}`;
}

function size(value: unknown): string {
  if (typeof value === 'string' || Array.isArray(value)) return String(value.length);
  return showValue(value);
}

function oneOf(values: readonly unknown[]): string {
  const shown = values.slice(0, 20).map((value) => showValue(value));
  return shown.length === 1 ? String(shown[0]) : `one of ${shown.join(', ')}${values.length > 20 ? ', …' : ''}`;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
