import { createInterface } from 'node:readline/promises';
import { ByocError } from '@byoc/core';

/** Asks on the terminal whether to go on. @throws ByocError CONFIRMATION_MISSING for anything but yes, or without a terminal */
export async function confirm(action: string): Promise<void> {
  const missing = new ByocError('CONFIRMATION_MISSING', { action });
  if (!process.stdin.isTTY) throw missing;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await lines.question('Go on? [y/N] ');
    if (!/^y(es)?$/i.test(answer.trim())) throw missing;
  } finally {
    lines.close();
  }
}
