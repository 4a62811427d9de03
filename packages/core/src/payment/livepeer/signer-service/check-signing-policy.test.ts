import fc from 'fast-check';
import { serializeTransaction, toBytes, zeroAddress } from 'viem';
import { describe, expect, it } from 'vitest';
import { params, sender } from '../../../../../../tests/fixtures/tickets/vectors.ts';
import { identityStatement } from '../../../protocol/identity/identity-statement.ts';
import type { SigningRequest } from '../../keys/signer.ts';
import { quoteStatement } from '../../quote/quote-signature.ts';
import { packTicket } from '../ticket/pack-ticket.ts';
import { WIN_PROB_MAX } from '../ticket/ticket.ts';
import { checkSigningPolicy } from './check-signing-policy.ts';
import { readTransaction } from './read-transaction.ts';
import type { SigningPolicy } from './signing-policy.ts';

const address = `0x${Buffer.from(sender).toString('hex')}`;
const broker = '0xa8bB618B1520E284046F3dFc448851A1Ff26e41B';
const spend = { day: '2026-01-02', ticketsWei: 0n, transactionsWei: 0n };
const view = { address, today: '2026-01-02', spend, readTransaction };
const ticket = (fields: object = {}): SigningRequest => ({
  kind: 'ticket',
  ticket: packTicket({ ...params, sender, senderNonce: 1, ...fields }),
});
const transaction = (fields: object = {}): SigningRequest => ({
  kind: 'transaction',
  transaction: toBytes(
    serializeTransaction({
      type: 'eip1559',
      chainId: 42161,
      to: broker,
      data: '0xec8b3cb600',
      gas: 100n,
      maxFeePerGas: 3n,
      value: 50n,
      ...fields,
    }),
  ),
});
const typedData = (domain: object): SigningRequest => ({
  kind: 'typed-data',
  data: { domain, types: { T: [] }, primaryType: 'T', message: {} },
});
const own = identityStatement(address, 'ab'.repeat(32));
const all: SigningPolicy = {
  ticketsWeiPerDay: 10n ** 18n,
  transactions: { chainId: 42161, contracts: [{ address: broker, selectors: ['0xEC8B3CB6'] }], weiPerDay: 350n },
};

describe('checkSigningPolicy', () => {
  it.each([
    ['its own identity', {}, { kind: 'message', message: own }],
    ['a receipt', {}, typedData({ name: 'BYOC receipt', version: '1' })],
    ['a quote', {}, { kind: 'message', message: quoteStatement(new TextEncoder().encode('{}')) }],
    ['a ticket', all, ticket()],
    ['a call of a contract on its list', all, transaction()],
  ] as [string, SigningPolicy, SigningRequest][])('signs %s', (_, policy, request) => {
    expect(checkSigningPolicy(policy, [request], view)).toHaveProperty('spend');
  });

  it.each([
    ['another text', {}, { kind: 'message', message: 'I owe you' }],
    [
      'the identity of somebody else',
      {},
      { kind: 'message', message: identityStatement(zeroAddress, 'ab'.repeat(32)) },
    ],
    ['a text that starts like an identity', {}, { kind: 'message', message: `${own}and more` }],
    ['an identity when that is off', { texts: [] }, { kind: 'message', message: own }],
    ['a promise of credit', {}, { kind: 'message', message: 'BYOC credit authorization v1\nand so on\n' }],
    ['a first line without an end', {}, { kind: 'message', message: 'BYOC quote v1' }],
    ['typed data of another domain', {}, typedData({ name: 'Permit2' })],
    ['typed data without a domain', {}, typedData({})],
    [
      'typed data for a contract, whatever its name',
      {},
      typedData({ name: 'BYOC receipt', verifyingContract: broker }),
    ],
    ['typed data that is off', { typedData: [] }, typedData({ name: 'BYOC receipt' })],
    ['a ticket by default', {}, ticket()],
    ['a ticket of another sender', all, ticket({ sender: new Uint8Array(20) })],
    ['a ticket that nobody can redeem', all, ticket({ creationRound: 0n, creationRoundBlockHash: new Uint8Array(32) })],
    ['bytes that are no ticket', all, { kind: 'ticket', ticket: new Uint8Array(32) }],
    ['a ticket beyond the limit of a day', { ticketsWeiPerDay: 1n }, ticket()],
    ['a transaction by default', {}, transaction()],
    ['another contract', all, transaction({ to: zeroAddress })],
    ['a new contract', all, transaction({ to: undefined })],
    ['another call', all, transaction({ data: '0x3ccfd60b' })],
    ['a call without data', all, transaction({ data: undefined })],
    ['another chain', all, transaction({ chainId: 1 })],
    ['value beyond the limit of a day', all, transaction({ value: 51n })],
    ['gas beyond the limit of a day', all, transaction({ maxFeePerGas: 4n })],
    [
      'a transaction of an older kind',
      all,
      {
        kind: 'transaction',
        transaction: toBytes(serializeTransaction({ type: 'legacy', chainId: 42161, to: broker })),
      },
    ],
    ['bytes that are no transaction', all, { kind: 'transaction', transaction: Uint8Array.from([2, 1, 2, 3]) }],
    ['no bytes', all, { kind: 'transaction', transaction: new Uint8Array() }],
  ] as [string, SigningPolicy, SigningRequest][])('refuses %s', (_, policy, request) => {
    expect(checkSigningPolicy(policy, [request], view)).toHaveProperty('refused');
    const withGood = [{ kind: 'message', message: own } as const, request];
    expect(checkSigningPolicy(policy, withGood, view)).toHaveProperty('refused');
  });

  it('signs no more than the limit of a day in any sequence, and starts anew only on a later day', () => {
    const limit = 10_000n;
    const policy = { ticketsWeiPerDay: limit };
    const step = fc.record({ faces: fc.array(fc.bigInt({ min: 0n, max: 6_000n }), { maxLength: 4 }), day: fc.nat(3) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const signed = new Map<string, bigint>();
        let state = spend;
        let newest = spend.day;
        for (const { faces, day } of steps) {
          const today = `2026-01-0${day + 1}`;
          const requests = faces.map((faceValueWei) => ticket({ faceValueWei, winProb: WIN_PROB_MAX }));
          const checked = checkSigningPolicy(policy, requests, { ...view, today, spend: state });
          if (!('spend' in checked)) continue;
          state = checked.spend;
          if (today > newest) newest = today;
          signed.set(newest, (signed.get(newest) ?? 0n) + faces.reduce((sum, face) => sum + face, 0n));
        }
        for (const [, wei] of signed) expect(wei <= limit).toBe(true);
      }),
    );
  });

  it('counts a fraction of a wei as a wei', () => {
    const checked = checkSigningPolicy(all, [ticket({ faceValueWei: 1n, winProb: 1n })], view);
    expect(checked).toMatchObject({ spend: { ticketsWei: 1n } });
  });
});
