/** Reads a secret from the environment and removes it there, so that no process that is started later inherits it. */
export function takeSecret(name: string, environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const value = environment[name];
  delete environment[name];
  return value === '' ? undefined : value;
}
