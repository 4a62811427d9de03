import { hash } from 'node:crypto';
import { hexToBytes } from '@noble/hashes/utils.js';
import { describe, expect, it } from 'vitest';
import { createLocalSigner } from '../keys/create-local-signer.ts';
import { encodeReceipt } from '../receipt/parse-receipt.ts';
import type { Receipt } from '../receipt/receipt.ts';
import { signReceipt } from '../receipt/sign-receipt.ts';
import { createProvenance } from './create-provenance.ts';
import { type Provenance, parseProvenance } from './provenance.ts';
import { verifyProvenance } from './verify-provenance.ts';

// The first and the second account of the mnemonic `test test … junk`.
const signer = createLocalSigner(hexToBytes('ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'));
const other = createLocalSigner(hexToBytes('59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d'));
const file = { name: 'image-01.png', sha256: '5e'.repeat(32) };
const output = JSON.stringify({
  images: [{ image: { $part: 'image-01.png' }, sha256: file.sha256 }, { sha256: '6f'.repeat(32) }],
  model: { digest: `sha256:${'3c'.repeat(32)}` },
});

async function make(change: Partial<Receipt> = {}, by = signer): Promise<Provenance> {
  const receipt: Receipt = {
    ...{ version: 1, jobId: 'job_12345678', capability: 'image/generate@1.0.0', imageDigest: '', payer: '' },
    ...{ contractDigest: `sha256:${'1a'.repeat(32)}`, modelDigests: [`sha256:${'3c'.repeat(32)}`] },
    ...{ inputSha256: '4d'.repeat(32), outputSha256: hash('sha256', output), outcome: 'succeeded' },
    ...{ usage: { images: '2' }, price: { baseWei: '0', meters: {} }, quoteWei: '0', amountWei: '0' },
    ...{ paymentProvider: 'free', orchestrator: by.address.toLowerCase(), startedAt: 1, endedAt: 2, ...change },
  };
  const signed = { receiptJson: encodeReceipt(receipt), signature: await signReceipt(receipt, by) };
  return createProvenance(signed, new TextEncoder().encode(output));
}
const reasonOf = (provenance: Provenance) => {
  try {
    verifyProvenance(provenance, file);
  } catch (error) {
    return (error as { facts: unknown }).facts;
  }
  return undefined;
};

describe('provenance', () => {
  it('says who made a file, of what, and where it is named; also after it was written and read', async () => {
    const read = parseProvenance(JSON.stringify(await make(), null, 2));
    const facts = verifyProvenance(read, file);
    expect(facts).toMatchObject({ place: '/images/0', orchestrator: signer.address.toLowerCase(), isExpected: false });
    expect(verifyProvenance(read, file, { orchestrator: signer.address }).isExpected).toBe(true);
  });

  it('is not of a file that was changed', async () => {
    const sha256 = '00'.repeat(32);
    await expect(async () => verifyProvenance(await make(), { name: 'a.png', sha256 })).rejects.toMatchObject({
      code: 'PROVENANCE_FILE_UNKNOWN',
      facts: { file: 'a.png', sha256, known: [expect.stringContaining('/images/0'), expect.any(String)] },
    });
  });

  it('counts only by the orchestrator that is expected', async () => {
    const orchestrator = signer.address;
    await expect(async () => verifyProvenance(await make({}, other), file, { orchestrator })).rejects.toMatchObject({
      code: 'PROVENANCE_SIGNER_UNEXPECTED',
    });
  });

  it('that was changed anywhere is refused', async () => {
    const good = await make();
    const another = '0x70997970c51812dc3a010c7d01b50e0d17dc79c8';
    for (const [field, value] of Object.entries({ endedAt: 3, modelDigests: [], inputSha256: '00'.repeat(32) }))
      expect(reasonOf({ ...good, receipt: { ...good.receipt, [field]: value } }), field).toMatchObject({
        reason: expect.stringContaining('it is signed by'),
      });
    expect(reasonOf({ ...good, receipt: { ...good.receipt, orchestrator: another } })).toMatchObject({
      reason: expect.stringContaining(`not by ${another}`),
    });
    expect(reasonOf({ ...good, signature: `0x${'00'.repeat(65)}` })).toMatchObject({
      reason: expect.stringContaining('signed by nobody'),
    });
    expect(reasonOf({ ...good, output: good.output.replace('5e5e', '5e5f') })).toEqual({
      reason: 'its output is not the one that the receipt is of',
    });
  });

  it('of a job that failed, or that contradicts itself, is refused', async () => {
    expect(reasonOf(await make({ outcome: 'failed-midway' }))).toMatchObject({
      reason: 'of its receipt its `outcome` is another one',
    });
    expect(reasonOf(await make({ modelDigests: [] }))).toEqual({
      reason: 'its receipt and its output name different models',
    });
  });

  it.each([
    ['{', 'it is no JSON'],
    ['{"format":"c2pa"}', '`format`'],
    ['[]', '``'],
    ['x'.repeat(9_000_000), 'it is longer'],
  ])('that is something else is refused (%#)', (text, reason) => {
    expect(() => parseProvenance(text)).toThrow(
      expect.objectContaining({ facts: { reason: expect.stringContaining(reason) } }),
    );
  });
});
