import { hexToBytes } from '@noble/hashes/utils.js';
import fc from 'fast-check';
import { type Hex, hashTypedData, recoverTypedDataAddress, type TypedDataDefinition, toHex } from 'viem';
import { describe, expect, it } from 'vitest';
import { createLocalSigner } from '../keys/create-local-signer.ts';
import { encodeReceipt, parseReceipt } from './parse-receipt.ts';
import type { Receipt } from './receipt.ts';
import { receiptHash } from './receipt-hash.ts';
import { receiptMessage } from './receipt-message.ts';
import { receiptSigner } from './receipt-signer.ts';
import { receiptDomain, receiptTypes } from './receipt-types.ts';
import { receiptsCsv } from './receipts-csv.ts';
import { signReceipt } from './sign-receipt.ts';
import { verifyReceipt } from './verify-receipt.ts';

// The first account of the mnemonic `test test … junk`.
const key = hexToBytes('ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80');
const orchestrator = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266';

const receipt: Receipt = {
  version: 1,
  jobId: 'job_12345678',
  capability: 'video/transcode@1.0.0',
  contractDigest: `sha256:${'1a'.repeat(32)}`,
  imageDigest: `sha256:${'2b'.repeat(32)}`,
  modelDigests: [`sha256:${'3c'.repeat(32)}`],
  inputSha256: '4d'.repeat(32),
  outputSha256: '5e'.repeat(32),
  outcome: 'succeeded',
  usage: { pixels: '1000', frames: '10' },
  price: {
    baseWei: '1',
    basePer: '300',
    meters: { pixels: { amountWei: '12', per: '1' }, frames: { amountWei: '1', per: '3' } },
  },
  quoteWei: '20000',
  amountWei: '12004',
  paymentProvider: 'livepeer',
  orchestrator,
  payer: '0x70997970c51812dc3a010c7d01b50e0d17dc79c8',
  startedAt: 1_790_000_000_000,
  endedAt: 1_790_000_001_500,
};

const typedData = (value: Receipt): TypedDataDefinition => ({
  domain: receiptDomain,
  types: receiptTypes,
  primaryType: 'Receipt',
  message: receiptMessage(value),
});
const signer = createLocalSigner(key);
const bytesOf = async (value: Receipt) => ({
  receiptJson: encodeReceipt(value),
  signature: await signReceipt(value, signer),
});
const known = { jobId: receipt.jobId, orchestrator };

const hex = (digits: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${digits}}$`));
const digest = hex(64).map((value) => `sha256:${value}`);
const amount = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }).map(String);
const count = fc.bigInt({ min: 1n, max: 10n ** 40n }).map(String);
const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/);
const anyReceipt: fc.Arbitrary<Receipt> = fc.record({
  version: fc.constant(1 as const),
  jobId: fc.string({ unit: 'grapheme', maxLength: 40 }),
  capability: fc.string({ maxLength: 40 }),
  contractDigest: digest,
  imageDigest: fc.oneof(digest, fc.constant('' as const)),
  modelDigests: fc.array(digest, { maxLength: 4 }),
  inputSha256: hex(64),
  outputSha256: fc.oneof(hex(64), fc.constant('' as const)),
  outcome: fc.constantFrom('succeeded', 'failed-midway', 'failed-before-output'),
  usage: fc.dictionary(name, amount, { maxKeys: 4 }),
  price: fc.record({
    baseWei: amount,
    basePer: count,
    meters: fc.dictionary(name, fc.record({ amountWei: amount, per: count }), { maxKeys: 3 }),
  }),
  quoteWei: amount,
  amountWei: amount,
  paymentProvider: fc.string({ maxLength: 20 }),
  orchestrator: hex(40).map((value) => `0x${value}`),
  payer: fc.oneof(
    hex(40).map((value) => `0x${value}`),
    fc.constant('' as const),
  ),
  startedAt: fc.nat(2 ** 31),
  endedAt: fc.nat(2 ** 31),
});

describe('a receipt', () => {
  it('has the EIP-712 hash and signer that viem finds', async () => {
    await fc.assert(
      fc.asyncProperty(anyReceipt, async (value) => {
        expect(toHex(receiptHash(value))).toBe(hashTypedData(typedData(value)));
        const signed = await signReceipt(value, signer);
        const signature: Hex = toHex(signed);
        const found = await recoverTypedDataAddress({ ...typedData(value), signature });
        expect(found.toLowerCase()).toBe(orchestrator);
        expect(receiptSigner(value, signed)).toBe(orchestrator);
      }),
      { numRuns: 25 },
    );
  });

  it('has a hash that does not change between versions', () => {
    expect(toHex(receiptHash(receipt))).toMatchInlineSnapshot(
      `"0xbf521f98da232eebe5f3ad900def720c6dee34375e31e6ed7d0f1cb160dc1a41"`,
    );
  });

  it('comes back from its JSON as it was', () => {
    fc.assert(
      fc.property(anyReceipt, (value) => {
        expect(parseReceipt(encodeReceipt(value))).toEqual(value);
      }),
    );
  });

  it('is taken when the orchestrator signed what the payer knows', async () => {
    expect(verifyReceipt(await bytesOf(receipt), known)).toEqual(receipt);
    expect(
      verifyReceipt(await bytesOf(receipt), { ...receipt, orchestrator: '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266' }),
    ).toEqual(receipt);
  });

  it('is refused when any field was changed after it was signed', async () => {
    const { signature } = await bytesOf(receipt);
    const changes: Partial<Receipt>[] = [
      { capability: 'text/chat@1.0.0' },
      { contractDigest: `sha256:${'00'.repeat(32)}` },
      { imageDigest: '' },
      { modelDigests: [] },
      { inputSha256: '00'.repeat(32) },
      { outputSha256: '' },
      { outcome: 'failed-midway' },
      { usage: { pixels: '1001', frames: '10' } },
      { price: { ...receipt.price, basePer: '299' } },
      { quoteWei: '20001' },
      { amountWei: '12003' },
      { paymentProvider: 'free' },
      { payer: '' },
      { startedAt: 0 },
      { endedAt: 1_790_000_001_501 },
    ];
    for (const change of changes) {
      const changed = { receiptJson: encodeReceipt({ ...receipt, ...change }), signature };
      expect(() => verifyReceipt(changed, known)).toThrow(/it is signed by/);
    }
  });

  it.each([
    ['another job', { jobId: 'job_other' }, {}],
    ['another input than was sent', {}, { inputSha256: '00'.repeat(32) }],
    ['another output than came', {}, { outputSha256: '00'.repeat(32) }],
    ['another usage than was seen', {}, { usage: { pixels: '999', frames: '10' } }],
    ['a meter more than was seen', {}, { usage: { pixels: '1000' } }],
    ['another price than was agreed', {}, { price: { baseWei: '0', meters: {} } }],
    ['more than its own price comes to', { amountWei: '12005' }, {}],
    ['more than the quote', { quoteWei: '12003' }, {}],
    ['money for a job that the orchestrator failed', { outcome: 'failed-by-orchestrator' }, {}],
    ['an end before its start', { endedAt: 1 }, {}],
  ] as [string, Partial<Receipt>, Partial<Receipt>][])(
    'is refused, although signed, for %s',
    async (_, forged, expected) => {
      const bytes = await bytesOf({ ...receipt, ...forged });
      expect(() => verifyReceipt(bytes, { ...known, ...expected })).toThrow(
        expect.objectContaining({ code: 'RECEIPT_INVALID' }),
      );
    },
  );

  it('may charge less than it could', async () => {
    expect(verifyReceipt(await bytesOf({ ...receipt, amountWei: '0' }), known).amountWei).toBe('0');
  });

  it('is refused with a signature of another form, or by somebody else', async () => {
    const { receiptJson, signature } = await bytesOf(receipt);
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
    const s = BigInt(toHex(signature.subarray(32, 64)));
    const flipped = hexToBytes((order - s).toString(16).padStart(64, '0'));
    const forms = [
      new Uint8Array(),
      signature.subarray(0, 64),
      Uint8Array.from([...signature.subarray(0, 64), (signature[64] as number) - 27]),
      Uint8Array.from([...signature.subarray(0, 32), ...flipped, signature[64] === 27 ? 28 : 27]),
      new Uint8Array(65).fill(27),
      await signReceipt(receipt, createLocalSigner(new Uint8Array(32).fill(1))),
    ];
    for (const form of forms) {
      expect(() => verifyReceipt({ receiptJson, signature: form }, known)).toThrow(
        expect.objectContaining({ code: 'RECEIPT_INVALID' }),
      );
    }
  });

  it('is refused when it is no receipt, and says where', () => {
    const text = new TextEncoder();
    for (const bytes of [new Uint8Array([255]), text.encode('[]'), text.encode('{'), new Uint8Array(70_000)]) {
      expect(() => parseReceipt(bytes)).toThrow(expect.objectContaining({ code: 'RECEIPT_INVALID' }));
    }
    const wrong = text.encode(JSON.stringify({ ...receipt, amountWei: '01', tip: '1' }));
    expect(() => parseReceipt(wrong)).toThrowErrorMatchingInlineSnapshot(`
      [ByocError: The receipt is not valid: \`/amountWei\` must be a whole number, decimal; \`/tip\` is not a known field.
      Hint: Keep it as evidence, and choose another orchestrator. What was paid is in your own ledger.
      Docs: https://github.com/byoc-dev/byoc/blob/main/docs/errors.md#receipt_invalid]
    `);
  });
});

describe('receiptsCsv', () => {
  it('writes a line for each receipt, and nothing that a spreadsheet would run', () => {
    const odd = { ...receipt, jobId: '=1+1', capability: 'a,"b"' };
    expect(receiptsCsv([receipt, odd])).toMatchInlineSnapshot(`
      "jobId,capability,contractDigest,imageDigest,inputSha256,outputSha256,outcome,quoteWei,amountWei,paymentProvider,orchestrator,payer,startedAt,endedAt,usage,modelDigests
      job_12345678,video/transcode@1.0.0,sha256:1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a,sha256:2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b,4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d,5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e,succeeded,20000,12004,livepeer,0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266,0x70997970c51812dc3a010c7d01b50e0d17dc79c8,2026-09-21T14:13:20.000Z,2026-09-21T14:13:21.500Z,pixels=1000 frames=10,sha256:3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c
      '=1+1,"a,""b""",sha256:1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a,sha256:2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b,4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d,5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e,succeeded,20000,12004,livepeer,0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266,0x70997970c51812dc3a010c7d01b50e0d17dc79c8,2026-09-21T14:13:20.000Z,2026-09-21T14:13:21.500Z,pixels=1000 frames=10,sha256:3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c
      "
    `);
  });
});
