import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** How the Hugging Face hub is reached. */
export interface HubSettings {
  /** Without a slash at the end. */
  readonly endpoint: string;
  readonly token: string | undefined;
}

/**
 * Reads the environment as the hub's own tools do: HF_ENDPOINT; HF_TOKEN, else what `hf auth login` has stored (HF_TOKEN_PATH, HF_HOME,
 * XDG_CACHE_HOME).
 */
export function readHubSettings(environment: Readonly<Record<string, string | undefined>>): HubSettings {
  const { HF_ENDPOINT, HF_TOKEN, HF_TOKEN_PATH, HF_HOME, XDG_CACHE_HOME } = environment;
  const home = HF_HOME || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'huggingface');
  return {
    endpoint: (HF_ENDPOINT || 'https://huggingface.co').replace(/\/+$/, ''),
    token: HF_TOKEN?.trim() || readToken(HF_TOKEN_PATH || join(home, 'token')),
  };
}

function readToken(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}
