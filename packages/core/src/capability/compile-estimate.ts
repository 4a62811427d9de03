import { type ASTNode, Environment } from '@marcbachmann/cel-js';
import { ByocError } from '../errors/byoc-error.ts';

/** A compiled estimate. */
export interface CompiledEstimate {
  /** Runs it over a converted input (see `toCelValue`). */
  readonly run: (input: unknown) => unknown;
  /** It goes over a list with a body that looks at `input` again: its cost grows with the square of the input. */
  readonly quadratic: boolean;
}

const LIMITS = { maxAstNodes: 250, maxDepth: 24, maxListElements: 100, maxMapEntries: 50, maxCallArguments: 16 };
const LONGEST = 2000;
const LOOPS = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);
/** Everything an estimate may call. No regular expressions, no text building, no `cel.bind`: their cost has no good bound. */
const FUNCTIONS = new Set([
  ...['size', 'has', 'int', 'uint', 'double', 'string', 'bool', 'startsWith', 'endsWith', 'contains'],
  ...['sum', 'min', 'max', 'ceil', 'floor', ...LOOPS],
]);

/**
 * Compiles a meter's estimate: CEL over `input`, with a bounded size and a bounded cost.
 *
 * @throws ByocError ESTIMATE_INVALID
 */
export function compileEstimate(meter: string, expression: string): CompiledEstimate {
  const refuse = (reason: string, cause?: unknown) =>
    new ByocError('ESTIMATE_INVALID', { meter, expression: expression.slice(0, LONGEST), reason }, { cause });
  if (expression.length > LONGEST) throw refuse(`it is longer than ${LONGEST} characters`);
  let parsed: ReturnType<Environment['parse']>;
  try {
    parsed = createEnvironment().parse(expression);
  } catch (cause) {
    throw refuse(reasonOf(cause), cause);
  }
  const walk = { quadratic: false, problem: undefined as string | undefined };
  visit(parsed.ast, { inLoop: false }, walk);
  if (walk.problem !== undefined) throw refuse(walk.problem);
  const checked = parsed.check();
  if (!checked.valid) throw refuse(reasonOf(checked.error), checked.error);
  if (checked.type !== undefined && !['dyn', 'int', 'uint', 'double'].includes(checked.type)) {
    throw refuse(`it gives a ${checked.type}, not a number`);
  }
  return { run: (input) => parsed({ input }), quadratic: walk.quadratic };
}

/** The first line of a library error: the rest points into the source text. */
export function reasonOf(error: unknown): string {
  const { summary, message } = error as { summary?: string; message?: string };
  return (summary ?? message ?? String(error)).split('\n')[0] ?? '';
}

function createEnvironment(): Environment {
  const environment = new Environment({ unlistedVariablesAreDyn: false, limits: LIMITS }).registerVariable(
    'input',
    'dyn',
  );
  environment.registerFunction('sum(list): int', (items: unknown[]) =>
    items.reduce<bigint>((total, item) => total + whole(item), 0n),
  );
  environment.registerFunction('min(int, int): int', (a: bigint, b: bigint) => (a < b ? a : b));
  environment.registerFunction('max(int, int): int', (a: bigint, b: bigint) => (a > b ? a : b));
  for (const [name, round] of [
    ['ceil', Math.ceil],
    ['floor', Math.floor],
  ] as const) {
    environment.registerFunction(`${name}(double): int`, (value: number) => BigInt(round(value)));
    environment.registerFunction(`${name}(int): int`, (value: bigint) => value);
  }
  return environment;
}

function whole(item: unknown): bigint {
  if (typeof item === 'bigint') return item;
  if (typeof item === 'number' && Number.isSafeInteger(item)) return BigInt(item);
  throw new Error('sum takes whole numbers; use ceil(…) on each first');
}

interface Walk {
  quadratic: boolean;
  problem: string | undefined;
}

/** Refuses calls that are not allowed and loops within loops; notes bodies that look at `input`. */
function visit(node: ASTNode, place: { inLoop: boolean }, walk: Walk): void {
  if (node.op === 'id' && node.args === 'input' && place.inLoop) walk.quadratic = true;
  if (node.op !== 'call' && node.op !== 'rcall') {
    children(node, (child) => visit(child, place, walk));
    return;
  }
  const [name] = node.args;
  if (!FUNCTIONS.has(name)) walk.problem ??= `it calls \`${name}\`, which estimates do not have`;
  if (node.op === 'call') {
    for (const child of node.args[1]) visit(child, place, walk);
    return;
  }
  const [, receiver, args] = node.args;
  const loop = LOOPS.has(name);
  if (loop && (place.inLoop || hasLoop(receiver))) walk.problem ??= `it has a loop (\`${name}\`) within a loop`;
  visit(receiver, place, walk);
  for (const child of args) visit(child, { inLoop: place.inLoop || loop }, walk);
}

function hasLoop(node: ASTNode): boolean {
  if (node.op === 'rcall' && LOOPS.has(node.args[0])) return true;
  let found = false;
  children(node, (child) => {
    found ||= hasLoop(child);
  });
  return found;
}

/** Arguments of a node are nodes, arrays of nodes and plain values: calls `each` with the nodes. */
function children(node: ASTNode, each: (child: ASTNode) => void): void {
  const look = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(look);
    else if (value !== null && typeof value === 'object' && 'op' in value && 'args' in value) each(value as ASTNode);
  };
  if (node.op !== 'value') look(node.args);
}
