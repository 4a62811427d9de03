/** The names of options, of those that the parser knows. */
export interface KnownOptions {
  readonly key: Readonly<Record<string, unknown>>;
  readonly array: readonly string[];
}

/** Finds an option that takes one value and was given several. */
export function repeatedOption(args: Readonly<Record<string, unknown>>, known: KnownOptions): string | undefined {
  const lists = new Set(known.array);
  return Object.keys(known.key).find((name) => Array.isArray(args[name]) && !lists.has(name));
}
