import type { ErrorObject } from 'ajv';
import type { FieldIssue } from '../errors/catalogue/capability.ts';
import { closestForm, showType, showValue, tidyIssues, withArticle } from './field-issues.ts';
import { jsonPointer } from './json-pointer.ts';

/** Turns ajv's errors (`verbose`, `allErrors`) into field issues; a union is told by the form that fits best. */
export function ajvIssues(errors: readonly ErrorObject[]): FieldIssue[] {
  return tidyIssues(collect(errors));
}

function collect(errors: readonly ErrorObject[]): FieldIssue[] {
  // ajv lists the errors of a union's forms first, then the union's own: the outermost union comes last.
  const unions = errors.filter(isUnion);
  const outer = unions.filter((one) => !unions.some((other) => other !== one && isWithin(one, other)));
  const loose = errors.filter((error) => !isUnion(error) && !outer.some((union) => isWithin(error, union)));
  return [...loose.map(plain), ...outer.flatMap((union) => explain(union, errors))];
}

function explain(union: ErrorObject, errors: readonly ErrorObject[]): FieldIssue[] {
  const forms = Array.isArray(union.schema) ? union.schema : [];
  if (union.keyword === 'oneOf' && union.params['passingSchemas']) {
    return [{ path: union.instancePath, message: 'fits more than one of its forms' }];
  }
  return closestForm(
    union.instancePath,
    forms.map((_, index) => {
      const inner = errors.filter((error) => isWithin(error, union, index));
      const tags = inner.filter((error) => isOtherForm(error, union));
      return { issues: collect(tags.length > 0 ? tags : inner), far: tags.length > 0 };
    }),
  );
}

function isUnion(error: ErrorObject): boolean {
  return error.keyword === 'anyOf' || error.keyword === 'oneOf';
}

/** Tells whether an error comes from a form (of that index, if one is named) of a union. */
function isWithin(error: ErrorObject, union: ErrorObject, index?: number): boolean {
  return (
    error.schemaPath.startsWith(`${union.schemaPath}/${index === undefined ? '' : `${index}/`}`) &&
    (error.instancePath === union.instancePath || error.instancePath.startsWith(`${union.instancePath}/`))
  );
}

/** A wrong type of the whole, or a wrong tag: the caller meant another form. */
function isOtherForm(error: ErrorObject, union: ErrorObject): boolean {
  const below = error.instancePath.slice(union.instancePath.length).split('/').length - 1;
  if (error.keyword === 'type') return below === 0;
  return (error.keyword === 'const' || error.keyword === 'enum') && below <= 1;
}

function plain(error: ErrorObject): FieldIssue {
  const { instancePath: path, params, data } = error;
  const say = (message: string): FieldIssue => ({ path, message });
  const below = (key: unknown, message: string): FieldIssue => ({ path: path + jsonPointer([String(key)]), message });
  switch (error.keyword) {
    case 'required':
      return below(params['missingProperty'], 'is required');
    case 'additionalProperties':
      return below(params['additionalProperty'], 'is not a known field');
    case 'unevaluatedProperties':
      return below(params['unevaluatedProperty'], 'is not a known field');
    case 'type': {
      const types = [params['type'] as string | string[]].flat();
      const got = types.includes('integer') && typeof data === 'number' ? showValue(data) : showType(data);
      return say(`must be ${types.map(withArticle).join(' or ')}, got ${got}`);
    }
    case 'maximum':
    case 'minimum':
    case 'exclusiveMaximum':
    case 'exclusiveMinimum':
      return say(`must be ${BOUNDS[error.keyword]} ${params['limit']}, got ${showValue(data)}`);
    case 'maxLength':
    case 'minLength':
      return say(`must have ${BOUNDS[error.keyword]} ${params['limit']} characters, got ${[...String(data)].length}`);
    case 'maxItems':
    case 'minItems':
      return say(`must have ${BOUNDS[error.keyword]} ${params['limit']} items, got ${(data as unknown[]).length}`);
    case 'multipleOf':
      return say(`must be a multiple of ${params['multipleOf']}, got ${showValue(data)}`);
    case 'enum':
      return say(
        `must be one of ${(params['allowedValues'] as unknown[]).map(showValue).join(', ')}, got ${showValue(data)}`,
      );
    case 'const':
      return say(`must be ${showValue(params['allowedValue'])}, got ${showValue(data)}`);
    case 'pattern':
      return say(`must match /${params['pattern']}/, got ${showValue(data)}`);
    case 'format':
      return say(`must be a valid ${params['format']}, got ${showValue(data)}`);
    case 'propertyNames':
      return below(params['propertyName'], 'has a name that is not allowed');
    default:
      return say(error.message ?? `fails \`${error.keyword}\``);
  }
}

const BOUNDS = {
  maximum: 'at most',
  minimum: 'at least',
  exclusiveMaximum: 'less than',
  exclusiveMinimum: 'more than',
  maxLength: 'at most',
  minLength: 'at least',
  maxItems: 'at most',
  minItems: 'at least',
} as const;
