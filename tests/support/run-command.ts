import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** The repository's root. */
export const repositoryRoot = join(import.meta.dirname, '../..');

/** How a command ended. */
export interface CommandResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, without standard input, and keeps what it wrote. */
export function runCommand(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; signal?: AbortSignal } = {},
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      ...options,
      cwd: options.cwd ?? repositoryRoot,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => {
      output.stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      output.stderr += chunk;
    });
    child.once('error', reject);
    child.once('close', (exitCode) => resolve({ exitCode, ...output }));
  });
}

/** The arguments with which this Node runs the `byoc` command from source. */
export const byocArguments = [
  '--disable-warning=ExperimentalWarning',
  '--conditions=@byoc/source',
  join(repositoryRoot, 'packages/cli/src/main.ts'),
];

/** Runs the `byoc` command from source. */
export function runByoc(
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<CommandResult> {
  return runCommand(process.execPath, [...byocArguments, ...args], {
    ...options,
    // CI counts as a terminal that shows colours.
    env: { ...(options.env ?? process.env), NO_COLOR: '1' },
  });
}
