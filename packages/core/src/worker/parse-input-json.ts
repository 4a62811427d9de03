import type { AnyCapability, ParsedInputOf } from '../capability/capability.ts';
import { parseInput } from '../capability/parse-input.ts';
import { parseJsonBytes } from './parse-json-bytes.ts';

/** Reads and checks an input. `jobId`: empty outside a job. @throws ByocError FRAME_MALFORMED, CAPABILITY_INPUT_INVALID */
export function parseInputJson<C extends AnyCapability>(
  capability: C,
  inputJson: Uint8Array,
  jobId: string,
): ParsedInputOf<C> {
  return parseInput(capability, parseJsonBytes(jobId, inputJson));
}
