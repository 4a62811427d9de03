import type { ErrorEntry } from '../packages/core/src/errors/error-entry.ts';

/** Writes docs/errors.md from the catalogue: a table, then a section for each code. Facts appear as `{name}`. */
export function renderErrorDocs(catalogue: Readonly<Record<string, unknown>>): string {
  const rows = Object.entries(catalogue).map(([code, row]) => ({ code, ...(row as ErrorEntry<unknown>) }));
  const lines = [
    '# Errors',
    '',
    '<!-- Generated from the catalogue in packages/core/src/errors/catalogue by `npm run generate`. Do not edit. -->',
    '',
    'Every error that BYOC throws has a code of this page. `{name}` stands for a fact of the error.',
    '',
    '| recovery | what a caller can do |',
    '|---|---|',
    '| `fix-request` | Change the request; the same one fails again. |',
    '| `retry-same` | Try again at the same place, later. |',
    '| `retry-other` | Try another offer. |',
    '| `pay-first` | Pay, or allow to pay, then try again. |',
    '| `give-up` | Nothing helps by itself: a person has to look, or nothing is wrong. |',
    '',
    '| code | gRPC | HTTP | recovery |',
    '|---|---|---|---|',
    ...rows.map(
      ({ code, grpc, http, recovery }) => `| [${code}](#${code.toLowerCase()}) | ${grpc} | ${http} | \`${recovery}\` |`,
    ),
  ];
  for (const { code, grpc, http, recovery, message, hint } of rows) {
    lines.push('', `## ${code}`, '', render(message), '', `Hint: ${render(hint)}`, '');
    lines.push(`gRPC ${grpc} · HTTP ${http} · \`${recovery}\``);
  }
  return `${lines.join('\n')}\n`;
}

/** The text of a template with names in place of facts. */
function render(template: (facts: never) => string): string {
  const facts = new Proxy({}, { get: (_, name) => stand(String(name)) });
  // Angle brackets would read as HTML.
  return template(facts as never)
    .replaceAll('<', '&lt;')
    .replaceAll('\n', ' ');
}

/** Stands for a fact of any type in a template: as text it is `{name}`, as a list it has one item. */
function stand(name: string): unknown {
  const text = () => `{${name}}`;
  const self = () => stand(name);
  const methods: Record<string | symbol, unknown> = {
    [Symbol.toPrimitive]: text,
    [Symbol.iterator]: () => [stand(name)][Symbol.iterator](),
    length: 1,
    map: (each: (item: unknown, index: number) => unknown) => [each(stand(name), 0)],
    ...Object.fromEntries(
      ['toString', 'toJSON', 'join', 'toFixed', 'toLocaleString', 'toISOString'].map((m) => [m, text]),
    ),
    ...Object.fromEntries(
      ['filter', 'slice', 'toSorted', 'trim', 'toLowerCase', 'replace', 'replaceAll'].map((m) => [m, self]),
    ),
  };
  return new Proxy(() => undefined, {
    get: (_, key) => methods[key] ?? (typeof key === 'symbol' ? undefined : stand(`${name}.${key}`)),
    apply: text,
  });
}
