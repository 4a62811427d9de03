import type { TypedField } from '../keys/typed-data.ts';

/** EIP-712 domain of receipts. No chain and no contract: a receipt is a statement, not a transaction. */
export const receiptDomain = { name: 'BYOC receipt', version: '1' } as const;

/** EIP-712 types of receipts. */
export const receiptTypes: Readonly<Record<'Receipt' | 'Meter' | 'Price', readonly TypedField[]>> = {
  Receipt: [
    { name: 'jobId', type: 'string' },
    { name: 'capability', type: 'string' },
    { name: 'contractDigest', type: 'bytes32' },
    { name: 'imageDigest', type: 'bytes32' },
    { name: 'modelDigests', type: 'bytes32[]' },
    { name: 'inputSha256', type: 'bytes32' },
    { name: 'outputSha256', type: 'bytes32' },
    { name: 'outcome', type: 'string' },
    { name: 'usage', type: 'Meter[]' },
    { name: 'baseWei', type: 'uint256' },
    { name: 'basePer', type: 'uint256' },
    { name: 'prices', type: 'Price[]' },
    { name: 'quoteWei', type: 'uint256' },
    { name: 'amountWei', type: 'uint256' },
    { name: 'paymentProvider', type: 'string' },
    { name: 'orchestrator', type: 'address' },
    { name: 'payer', type: 'address' },
    { name: 'startedAt', type: 'uint64' },
    { name: 'endedAt', type: 'uint64' },
  ],
  Meter: [
    { name: 'name', type: 'string' },
    { name: 'units', type: 'uint256' },
  ],
  Price: [
    { name: 'meter', type: 'string' },
    { name: 'amountWei', type: 'uint256' },
    { name: 'per', type: 'uint256' },
  ],
};
