import { hash } from 'node:crypto';
import { ByocError, isByocError } from '../../errors/byoc-error.ts';
import type { CryptoEngine } from '../keys/crypto-engine.ts';
import { modelDigests } from '../receipt/model-digests.ts';
import type { Receipt } from '../receipt/receipt.ts';
import { verifyReceipt } from '../receipt/verify-receipt.ts';
import type { Provenance } from './provenance.ts';
import { statedFiles } from './stated-files.ts';

/** What is proven about a file. */
export interface ProvenanceFacts {
  /** Where the output names the file: a JSON Pointer. */
  readonly place: string;
  readonly sha256: string;
  /** Who signed: a lower-case ETH address. */
  readonly orchestrator: string;
  /** True when the caller said who must have signed. Without that anybody may have. */
  readonly isExpected: boolean;
  readonly receipt: Receipt;
  readonly output: unknown;
}

/**
 * Checks where a file comes from: the receipt is signed by the orchestrator that it names, it is of this output, and the output names
 * the file by its sha256.
 *
 * @param file.name for the error's text
 * @param options.orchestrator who must have signed. @default whoever the receipt names
 * @throws ByocError PROVENANCE_INVALID, PROVENANCE_SIGNER_UNEXPECTED, PROVENANCE_FILE_UNKNOWN
 */
export function verifyProvenance(
  provenance: Provenance,
  file: { readonly name: string; readonly sha256: string },
  { orchestrator, engine }: { orchestrator?: string | undefined; engine?: CryptoEngine | undefined } = {},
): ProvenanceFacts {
  const invalid = (reason: string, cause?: unknown) => new ByocError('PROVENANCE_INVALID', { reason }, { cause });
  const receipt = checkReceipt(provenance, engine);
  if (hash('sha256', provenance.output) !== receipt.outputSha256)
    throw invalid('its output is not the one that the receipt is of');
  const output = readJson(provenance.output, invalid);
  // Both are the orchestrator's own words: where they disagree neither counts.
  if (modelDigests(output).join() !== receipt.modelDigests.join())
    throw invalid('its receipt and its output name different models');
  const expected = orchestrator?.toLowerCase();
  if (expected !== undefined && expected !== receipt.orchestrator)
    throw new ByocError('PROVENANCE_SIGNER_UNEXPECTED', { signer: receipt.orchestrator, expected });
  const stated = statedFiles(output);
  const found = stated.find(({ sha256 }) => sha256 === file.sha256);
  if (found === undefined) {
    const known = stated.map(({ place, sha256 }) => `${place} (${sha256})`);
    throw new ByocError('PROVENANCE_FILE_UNKNOWN', { file: file.name, sha256: file.sha256, known });
  }
  return { ...found, orchestrator: receipt.orchestrator, isExpected: expected !== undefined, receipt, output };
}

function checkReceipt({ receipt, signature }: Provenance, engine: CryptoEngine | undefined): Receipt {
  const receiptJson = new TextEncoder().encode(JSON.stringify(receipt));
  const signed = { receiptJson, signature: Uint8Array.from(Buffer.from(signature.slice(2), 'hex')) };
  const { jobId, orchestrator } = receipt;
  try {
    return verifyReceipt(signed, { jobId, orchestrator, outcome: 'succeeded' }, { engine });
  } catch (cause) {
    if (!isByocError(cause, 'RECEIPT_INVALID')) throw cause;
    throw new ByocError('PROVENANCE_INVALID', { reason: `of its receipt ${cause.facts.reason}` }, { cause });
  }
}

function readJson(text: string, invalid: (reason: string, cause: unknown) => ByocError): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid('its output is no JSON', cause);
  }
}
