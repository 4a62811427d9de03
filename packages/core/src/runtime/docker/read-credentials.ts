import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

const configSchema = z.object({
  auths: z
    .record(z.string(), z.object({ auth: z.string().optional(), identitytoken: z.string().optional() }))
    .default({}),
  credHelpers: z.record(z.string(), z.string()).default({}),
  credsStore: z.string().optional(),
});
const helperSchema = z.object({ Username: z.string(), Secret: z.string() });

/** How to log in to a registry, as the Engine API wants it. */
export type RegistryCredentials =
  | { readonly username: string; readonly password: string; readonly serveraddress: string }
  | { readonly identitytoken: string; readonly serveraddress: string };

/**
 * Reads what `docker login` has stored for a registry: from `config.json` in DOCKER_CONFIG or `~/.docker`, or from the
 * credential helper that it names. Undefined when there is nothing, or nothing that can be read: the registry then says so.
 */
export async function readCredentials(
  registry: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<RegistryCredentials | undefined> {
  const file = join(environment['DOCKER_CONFIG'] ?? join(homedir(), '.docker'), 'config.json');
  const parsed = configSchema.safeParse(
    await readFile(file, 'utf8')
      .then((text): unknown => JSON.parse(text))
      .catch(() => undefined),
  );
  if (!parsed.success) return undefined;
  const { auths, credHelpers, credsStore } = parsed.data;
  const helper = credHelpers[registry] ?? credsStore;
  const helped = helper === undefined ? undefined : await askHelper(helper, registry, environment);
  if (helped !== undefined) return helped;
  const { auth, identitytoken } = auths[registry] ?? auths[`https://${registry}`] ?? {};
  if (identitytoken) return { identitytoken, serveraddress: registry };
  const [, username, password] = /^([^:]+):(.*)$/s.exec(Buffer.from(auth ?? '', 'base64').toString('utf8')) ?? [];
  return username === undefined || password === undefined ? undefined : { username, password, serveraddress: registry };
}

/** Runs `docker-credential-<helper> get`, which reads the registry and writes JSON. */
async function askHelper(
  helper: string,
  registry: string,
  environment: NodeJS.ProcessEnv,
): Promise<RegistryCredentials | undefined> {
  if (!/^[\w-]+$/.test(helper)) return undefined;
  const child = spawn(`docker-credential-${helper}`, ['get'], { env: environment, stdio: ['pipe', 'pipe', 'ignore'] });
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  child.stdin.on('error', () => {});
  child.stdin.end(registry);
  const exitCode = await new Promise((resolve) => child.once('error', resolve).once('close', resolve));
  if (exitCode !== 0) return undefined;
  const answer = helperSchema.safeParse(parseJson(text));
  if (!answer.success) return undefined;
  const { Username: username, Secret: secret } = answer.data;
  // So a helper says that it has a token, not a password.
  return username === '<token>'
    ? { identitytoken: secret, serveraddress: registry }
    : { username, password: secret, serveraddress: registry };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
