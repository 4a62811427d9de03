import type { JsonShape } from './json-shape.ts';

/** Whether one value could fit two of the forms; in doubt it could. */
export function overlap(forms: readonly JsonShape[]): boolean {
  return forms.some((form, index) => forms.slice(index + 1).some((other) => !areApart(form, other)));
}

function areApart(a: JsonShape, b: JsonShape): boolean {
  if (a.kind === 'union') return a.forms.every((form) => areApart(form, b));
  if (b.kind === 'union') return areApart(b, a);
  const [typesA, typesB] = [typesOf(a), typesOf(b)];
  if (!typesA.some((type) => typesB.includes(type))) return true;
  if (a.kind === 'literal' && b.kind === 'literal') return !a.texts.some((text) => b.texts.includes(text));
  if (a.kind !== 'object' || b.kind !== 'object') return false;
  // Told apart by a key that both must have, with different values.
  return a.properties.some(
    (one) =>
      one.required &&
      b.properties.some((other) => other.required && other.key === one.key && areApart(one.value, other.value)),
  );
}

function typesOf(shape: JsonShape): string[] {
  switch (shape.kind) {
    case 'any':
    case 'union':
      return ['string', 'number', 'boolean', 'null', 'object', 'array'];
    case 'any-object':
    case 'map':
    case 'object':
      return ['object'];
    case 'text-format':
      return ['string'];
    case 'integer':
      return ['number'];
    case 'literal':
      return shape.texts.map((text) => {
        const value: unknown = JSON.parse(text);
        return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
      });
    default:
      return [shape.kind];
  }
}
