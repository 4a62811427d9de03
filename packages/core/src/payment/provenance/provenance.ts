import { z } from 'zod';
import { ByocError } from '../../errors/byoc-error.ts';
import { receiptSchema } from '../receipt/receipt.ts';

/** Of a file of provenance: an output names many files. */
const LENGTH_MAX = 8 * 1024 ** 2;

const provenanceSchema = z.strictObject({
  format: z.literal('byoc-provenance'),
  version: z.literal(1),
  receipt: receiptSchema,
  /** Of the receipt, by the orchestrator: EIP-712, 65 bytes. */
  signature: z.string().regex(/^0x[0-9a-f]{130}$/, 'must be 65 bytes in lower-case hex'),
  /** The output's JSON, byte by byte: the receipt has its sha256, and it has those of the files. */
  output: z.string(),
});

/**
 * What an orchestrator says about the files that it made: its receipt, and the output that the receipt is of. All of it is signed, one
 * through the other; there is nothing else in it.
 */
export type Provenance = z.output<typeof provenanceSchema>;

/** Reads a file of provenance. @throws ByocError PROVENANCE_INVALID */
export function parseProvenance(text: string): Provenance {
  const fail = (reason: string) => new ByocError('PROVENANCE_INVALID', { reason });
  if (text.length > LENGTH_MAX) throw fail(`it is longer than ${LENGTH_MAX} characters`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw fail('it is no JSON');
  }
  const { success, data, error } = provenanceSchema.safeParse(value);
  if (success) return data;
  const issue = error.issues[0];
  throw fail(`\`${issue?.path.join('.') ?? ''}\`: ${issue?.message ?? 'is wrong'}`);
}
