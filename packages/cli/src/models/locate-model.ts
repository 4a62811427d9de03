import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { ByocError, sha256Hex } from '@byoc/core';

/** Where a model comes from: a file, or an address that is fetched once. */
export type ModelLocation =
  | { readonly type: 'file'; readonly path: string }
  | {
      readonly type: 'fetched';
      readonly url: string;
      /** Hexadecimal; the file must have it. */
      readonly sha256: string | undefined;
      /** Where it is kept. */
      readonly path: string;
    };

/**
 * Reads what `--model` names: a path, `https://…/model.gguf`, or `hf://owner/repository/model.gguf`; an address may end with
 * `#sha256=<hex>`.
 *
 * @throws ByocError INPUT_ARGUMENT_INVALID
 */
export function locateModel(
  text: string,
  { cacheDirectory = defaultCache() }: { cacheDirectory?: string } = {},
): ModelLocation {
  const refuse = (reason: string) => new ByocError('INPUT_ARGUMENT_INVALID', { argument: `--model ${text}`, reason });
  const [address = '', fragment] = text.split('#');
  if (!address.endsWith('.gguf')) throw refuse('it is no GGUF file (`.gguf`)');
  if (!/^[a-z]+:\/\//.test(address)) return { type: 'file', path: text };
  const hub = /^hf:\/\/([\w.-]+\/[\w.-]+)\/(.+)$/.exec(address);
  const url = hub === null ? address : `https://huggingface.co/${hub[1]}/resolve/main/${hub[2]}`;
  if (!url.startsWith('https://') && !/^http:\/\/(localhost|127\.0\.0\.1)[:/]/.test(url))
    throw refuse('models are fetched by https or hf only');
  const sha256 = fragment === undefined ? undefined : /^sha256=([0-9a-f]{64})$/.exec(fragment)?.[1];
  if (fragment !== undefined && sha256 === undefined) throw refuse('what follows `#` must be `sha256=` and 64 digits');
  const folder = sha256Hex(new TextEncoder().encode(url)).slice(0, 16);
  return { type: 'fetched', url, sha256, path: join(cacheDirectory, folder, basename(new URL(url).pathname)) };
}

/** $XDG_CACHE_HOME/byoc/models, else ~/.cache/byoc/models. */
function defaultCache(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'byoc/models');
}
