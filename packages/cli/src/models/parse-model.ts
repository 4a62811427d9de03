import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ByocError, type ModelSpec, modelSchema, parseModelUri } from '@byoc/core';

/**
 * Reads what `--model` names: `[NAME=]WHERE[#sha256=<hex>]`. WHERE is a path, `https://…`, or `hf://owner/name[@revision][/file]`, for a whole
 * repository with `?include=*.onnx,*.json` behind it. The name is that of the file, the repository or the folder, unless it is said.
 *
 * @throws ByocError INPUT_ARGUMENT_INVALID
 */
export function parseModel(text: string): ModelSpec {
  const refuse = (reason: string) => new ByocError('INPUT_ARGUMENT_INVALID', { argument: `--model ${text}`, reason });
  const [, said, rest = ''] = /^(?:([A-Za-z0-9][\w.-]*)=)?(.*)$/s.exec(text) ?? [];
  const [where = '', fragment] = rest.split('#');
  const sha256 = /^sha256=([0-9a-f]{64})$/.exec(fragment ?? '')?.[1];
  if (fragment !== undefined && sha256 === undefined) throw refuse('what follows `#` must be `sha256=` and 64 digits');
  const [address = '', patterns] = where.startsWith('hf://') ? where.split('?include=') : [where];
  const uri = /^[a-z]+:/i.test(address) ? address : pathToFileURL(resolve(address)).href;
  const location = parseModelUri(uri);
  if (typeof location === 'string') throw refuse(location);
  const found = location.type === 'web' ? new URL(uri).pathname : (location.path ?? repositoryOf(uri));
  const model = {
    name: said ?? nameOf(found),
    uri,
    ...(patterns === undefined ? {} : { include: patterns.split(',') }),
    ...(sha256 === undefined ? {} : { sha256 }),
  };
  const parsed = modelSchema.safeParse(model);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw refuse(issue?.path[0] === 'name' ? 'give it a name: `--model NAME=…`' : `it ${issue?.message}`);
}

function repositoryOf(uri: string): string {
  return uri.replace(/@[^/]*$/, '');
}

/** `models/Qwen3-8B-Q4_K_M-00001-of-00002.gguf` → `Qwen3-8B-Q4_K_M`. */
function nameOf(path: string): string {
  const last = path.replace(/\/+$/, '').split('/').at(-1) ?? '';
  return last.replace(/(-\d{5}-of-\d{5})?\.gguf$/, '');
}
