import type { TranscodeInput } from '../capability/input.ts';
import { TranscodeFailure } from '../media/transcode-failure.ts';

/** Refuses outputs that would write into the same folder, and kinds that come only once. @throws TranscodeFailure */
export function checkNames(input: TranscodeInput): void {
  const names = new Set<string>(['intermediate']);
  const kinds = new Set<string>();
  for (const { name, kind } of input.outputs) {
    if (names.has(name)) throw nameTaken(name);
    if (kind !== 'thumbnails' && kinds.has(kind)) {
      throw new TranscodeFailure({
        reason: 'output-kind-repeated',
        message: `The job asks for more than one \`${kind}\` output`,
        hint: 'Ask for each kind once; put further sizes into the ladder.',
        recovery: 'fix-request',
      });
    }
    names.add(name);
    kinds.add(kind);
  }
}

/** Refuses renditions that have the folder of something else. @throws TranscodeFailure */
export function checkStreamNames(streams: readonly { readonly directory: string }[]): void {
  const folders = streams.map(({ directory }) => directory);
  const twice = folders.find((folder, at) => folders.indexOf(folder) !== at);
  if (twice !== undefined) throw nameTaken(twice.slice(twice.lastIndexOf('/') + 1));
}

function nameTaken(name: string): TranscodeFailure {
  return new TranscodeFailure({
    reason: 'name-taken',
    message: `The name \`${name}\` is taken`,
    hint: 'Give each output its own name; `audio`, `text` and `intermediate` are used by the plugin.',
    recovery: 'fix-request',
  });
}
