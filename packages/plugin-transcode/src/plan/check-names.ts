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

/** The refusal of a name that something else has. */
export function nameTaken(name: string): TranscodeFailure {
  return new TranscodeFailure({
    reason: 'name-taken',
    message: `The name \`${name}\` is taken`,
    hint: 'Give each output its own name; `audio` and `intermediate` are used by the plugin.',
    recovery: 'fix-request',
  });
}
