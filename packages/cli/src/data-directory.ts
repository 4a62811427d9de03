import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Options } from 'yargs';

/** Where an orchestrator keeps its state: BYOC_DATA_DIR, else $XDG_DATA_HOME/byoc, else ~/.local/share/byoc. */
export function defaultDataDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  return (
    environment['BYOC_DATA_DIR'] ?? join(environment['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), 'byoc')
  );
}

/** The `--data-dir` option of every command that talks to the local orchestrator. */
export const dataDirectoryOption = {
  'data-dir': {
    type: 'string',
    describe: 'where the orchestrator keeps its state',
    default: defaultDataDirectory(),
    defaultDescription: '$BYOC_DATA_DIR or ~/.local/share/byoc',
  },
} as const satisfies Record<string, Options>;
