import { integerRange } from './integer-range.ts';
import type { JsonShape } from './json-shape.ts';

const DAYS = '("0" [1-9] | "1" [0-9] | "2" [0-8])';
/** Rules that others lean on. Escapes by number stay out: half of a surrogate pair would be one. */
const COMMON: Readonly<Record<string, { text: string; needs: readonly string[] }>> = {
  sp: { text: '" "?', needs: [] },
  char: { text: '[^"\\\\\\x00-\\x1F\\x7F] | "\\\\" ["\\\\/bfnrt]', needs: [] },
  string: { text: '"\\"" char* "\\""', needs: ['char'] },
  number: { text: '"-"? ("0" | [1-9] [0-9]{0,14}) ("." [0-9]{1,14})? ([eE] [-+]? [0-9]{1,2})?', needs: [] },
  boolean: { text: '"true" | "false"', needs: [] },
  null: { text: '"null"', needs: [] },
  any: {
    text: 'anyobject | anyarray | string | number | boolean | null',
    needs: ['anyobject', 'anyarray', 'string', 'number', 'boolean', 'null'],
  },
  anyobject: { text: '"{" (anypair ("," sp anypair)*)? "}"', needs: ['anypair', 'sp'] },
  anypair: { text: 'string ":" sp any', needs: ['string', 'sp', 'any'] },
  anyarray: { text: '"[" (any ("," sp any)*)? "]"', needs: ['any', 'sp'] },
  date: {
    text: `[0-9]{4} "-" (("0" [13578] | "1" [02]) "-" (${DAYS} | "29" | "3" [01]) | ("0" [469] | "11") "-" (${DAYS} | "29" | "30") | "02-" ${DAYS})`,
    needs: [],
  },
  time: {
    text: '("0" [0-9] | "1" [0-9] | "2" [0-3]) ":" [0-5] [0-9] ":" [0-5] [0-9] ("." [0-9]{1,3})? ("Z" | [-+] ("0" [0-9] | "1" [0-9] | "2" [0-3]) ":" [0-5] [0-9])',
    needs: [],
  },
  uuid: { text: '[0-9a-f]{8} "-" [0-9a-f]{4} "-" [0-9a-f]{4} "-" [0-9a-f]{4} "-" [0-9a-f]{12}', needs: [] },
};

/**
 * Writes the grammar of a shape in llama.cpp's GBNF. JSON is written on one line, with at most one space after `:` and `,`: a
 * model can't spend its tokens on white space.
 */
export function writeGbnf(shape: JsonShape): string {
  const rules = new Map<string, string>();
  const use = (name: string): string => {
    const rule = COMMON[name];
    if (rule !== undefined && !rules.has(name)) {
      rules.set(name, rule.text);
      for (const need of rule.needs) use(need);
    }
    return name;
  };
  let named = 0;
  const define = (text: string): string => {
    named += 1;
    const name = `r${named}`;
    rules.set(name, text === '' ? '""' : text);
    return name;
  };
  const write = (node: JsonShape): string => {
    switch (node.kind) {
      case 'any-object':
        return use('anyobject');
      case 'string':
        if (node.min === 0 && node.max === undefined) return use('string');
        return define(`"\\"" ${use('char')}{${node.min},${node.max ?? ''}} "\\""`);
      case 'text-format':
        if (node.format === 'date-time') return define(`"\\"" ${use('date')} "T" ${use('time')} "\\""`);
        return define(`"\\"" ${use(node.format)} "\\""`);
      case 'integer':
        return define(integerRange(node.min, node.max));
      case 'literal':
        return define(node.texts.map((text) => quote(text)).join(' | '));
      case 'union':
        return define(node.forms.map(write).join(' | '));
      case 'object':
        return define(`"{" ${writeProperties(node.properties, write, define, use('sp'))} "}"`);
      case 'map': {
        const pair = define(`${use('string')} ":" ${use('sp')} ${write(node.values)}`);
        const all = `${pair} ("," sp ${pair})${node.max === undefined ? '*' : `{0,${node.max - 1}}`}`;
        return define(`"{" ${node.min === 0 ? `(${all})?` : all} "}"`);
      }
      case 'array':
        return define(`"[" ${writeItems(node, write, use('sp'))} "]"`);
      default:
        return use(node.kind);
    }
  };
  const root = write(shape);
  return [`root ::= ${root}`, ...[...rules].map(([name, text]) => `${name} ::= ${text}`)].join('\n');
}

/** Properties in their order; those that are not required may be left out. */
function writeProperties(
  properties: Extract<JsonShape, { kind: 'object' }>['properties'],
  write: (shape: JsonShape) => string,
  define: (text: string) => string,
  sp: string,
): string {
  const pairs = properties.map(({ key, value, required }) => ({
    text: `${quote(JSON.stringify(key))} ":" ${sp} ${write(value)}`,
    required,
  }));
  /** What may follow when something was written, and when nothing was. */
  let [after, start] = ['', ''];
  for (const { text, required } of pairs.toReversed()) {
    const pair = define(text);
    const next = after === '' ? '' : ` ${after}`;
    start = required ? define(`${pair}${next}`) : define(`${pair}${next} | ${start === '' ? '""' : start}`);
    after = define(required ? `"," ${sp} ${pair}${next}` : `("," ${sp} ${pair})?${next}`);
  }
  return start;
}

function writeItems(
  { first, rest, min, max }: Extract<JsonShape, { kind: 'array' }>,
  write: (shape: JsonShape) => string,
  sp: string,
): string {
  const most = max ?? Number.POSITIVE_INFINITY;
  const fixed = first.slice(0, most).map(write);
  const comma = `"," ${sp}`;
  const item = rest === undefined || most <= fixed.length ? undefined : write(rest);
  let text = '';
  if (item !== undefined) {
    const least = Math.max(0, min - fixed.length);
    const limit = max === undefined ? undefined : max - fixed.length;
    if (fixed.length > 0) text = `(${comma} ${item}){${least},${limit ?? ''}}`;
    else {
      const more = `${item} (${comma} ${item}){${Math.max(0, least - 1)},${limit === undefined ? '' : limit - 1}}`;
      text = least === 0 ? `(${more})?` : more;
    }
  }
  for (const [index, one] of [...fixed.entries()].toReversed()) {
    const here = `${index === 0 ? '' : `${comma} `}${one}${text === '' ? '' : ` ${text}`}`;
    text = index < min ? here : `(${here})?`;
  }
  return text;
}

/** A text in GBNF's quotes. */
function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n').replaceAll('\r', '\\r')}"`;
}
