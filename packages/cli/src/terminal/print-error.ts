import { isByocError } from '@byoc/core';
import { pc } from './colours.ts';

/** Prints an error: the catalogue's text on standard error, or with `json` one JSON object on standard output. */
export function printError(error: unknown, { json }: { json: boolean }): void {
  if (json) {
    const body = isByocError(error) ? error.toJSON() : { code: 'UNEXPECTED', message: String(error) };
    process.stdout.write(`${JSON.stringify({ error: body })}\n`);
    return;
  }
  if (!isByocError(error)) {
    process.stderr.write(
      `${pc.red('Unexpected error')} ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    return;
  }
  process.stderr.write(
    `${pc.red(error.code)} ${error.shortMessage}\n${pc.dim('Hint:')} ${error.hint}\n${pc.dim('Docs:')} ${error.docs}\n`,
  );
}
