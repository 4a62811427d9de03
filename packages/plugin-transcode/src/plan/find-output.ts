import type { TranscodeInput } from '../capability/input.ts';
import type { OutputRequest, OutputRequestOf } from '../capability/output-request.ts';

/** The outputs of a kind that are asked for, in order. */
export function findOutputs<K extends OutputRequest['kind']>(
  input: Pick<TranscodeInput, 'outputs'>,
  kind: K,
): readonly OutputRequestOf<K>[] {
  return input.outputs.filter((output): output is OutputRequestOf<K> => output.kind === kind);
}
