import { vi } from 'vitest';
import { runCli } from '../../packages/cli/src/run-cli.ts';
import type { CommandResult } from './run-command.ts';

/**
 * Runs the `byoc` command in this very process: many commands without the start of as many. Standard input is no terminal. One at a
 * time.
 */
export async function runCliHere(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CommandResult> {
  const output = { stdout: '', stderr: '' };
  const keep = (name: keyof typeof output) =>
    vi.spyOn(process[name], 'write').mockImplementation((chunk) => {
      output[name] += String(chunk);
      return true;
    });
  const spies = [keep('stdout'), keep('stderr')];
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  try {
    return { exitCode: await runCli(args), ...output };
  } finally {
    for (const spy of spies) spy.mockRestore();
    vi.unstubAllEnvs();
    process.exitCode = undefined;
  }
}
