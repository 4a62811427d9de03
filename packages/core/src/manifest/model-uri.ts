import { isModelPath } from './model-path.ts';

/** Where the bytes of a model come from. */
export type ModelLocation =
  | {
      readonly type: 'hub';
      /** `owner/name` on the Hugging Face hub. */
      readonly repository: string;
      /** A branch, a tag or a commit. @default "main" */
      readonly revision: string;
      /** One file of it; absent for all. */
      readonly path: string | undefined;
    }
  | { readonly type: 'web'; readonly url: string }
  /** A file or a folder of this machine. */
  | { readonly type: 'disk'; readonly path: string };

/**
 * Reads `hf://owner/name[@revision][/path]`, `https://…`, or `file:/…`. `http://` is for this machine alone.
 *
 * @returns why it can't be read, as a text, when it can't
 */
export function parseModelUri(uri: string): ModelLocation | string {
  if (uri.startsWith('hf://')) return parseHub(uri.slice('hf://'.length));
  if (!URL.canParse(uri)) return 'it is no address (`hf://owner/name`, `https://…` or `file:/…`)';
  const url = new URL(uri);
  if (url.username !== '' || url.password !== '') return 'it holds a user name or a password';
  if (url.protocol === 'file:') {
    if (!/^file:\//.test(uri) || url.host !== '') return 'a path follows `file:`, from the root: `file:/models/a.gguf`';
    const path = decode(url.pathname);
    return path === undefined ? 'it has a `%` that stands for nothing' : { type: 'disk', path };
  }
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isHere)) return { type: 'web', url: url.href };
  return `models come by \`hf:\`, \`https:\` or \`file:\`, not by \`${url.protocol}\``;
}

function parseHub(text: string): ModelLocation | string {
  const found = /^([\w.-]+\/[\w.-]+)(?:@([\w.%-]+))?(?:\/(.*))?$/.exec(text);
  const [, repository = '', revision = 'main', path] = found ?? [];
  if (!isModelPath(repository)) return 'it is not of the form `hf://owner/name[@revision][/path]`';
  if (path !== undefined && !isModelPath(path)) return `\`${path}\` is no path of a file`;
  const decoded = decode(revision);
  if (decoded === undefined) return `\`${revision}\` is no revision`;
  return { type: 'hub', repository, revision: decoded, path };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
