import { ByocError } from '@byoc/core';

/** Reads `NAME=VALUE` arguments; a later one wins. @throws ByocError INPUT_ARGUMENT_INVALID */
export function parseEnvironment(args: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    args.map((arg) => {
      const equals = arg.indexOf('=');
      if (equals < 1)
        throw new ByocError('INPUT_ARGUMENT_INVALID', { argument: arg, reason: 'it is not `NAME=VALUE`' });
      return [arg.slice(0, equals), arg.slice(equals + 1)];
    }),
  );
}
