import { describe, expect, it } from 'vitest';
import { params, senderKey } from '../../../../../../tests/fixtures/tickets/vectors.ts';
import { createLocalSigner } from '../../keys/create-local-signer.ts';
import { WIN_PROB_MAX } from '../ticket/ticket.ts';
import { checkTicketParams } from './check-ticket-params.ts';
import { createTicketSender } from './create-ticket-sender.ts';
import { ticketCount } from './ticket-count.ts';

const funds = {
  depositWei: 10n ** 18n,
  reserveWei: 10n ** 18n,
  withdrawRound: 0n,
  lastInitializedRound: 3700n,
  latestL1Block: 23_000_000n,
};

describe('ticketCount', () => {
  // go-livepeer, byoc/payment_test.go; then the table of costs of the worked examples.
  it.each([
    [100n, 25n, 4],
    [101n, 25n, 5],
    [50n, 100n, 1],
    [125n, 20n, 7],
    [12_000n, 20n, 600],
    [1_000_000n, 1n, 600],
    [601n, 1n, 600],
    [10n, 0n, 0],
    [-10n, 5n, 0],
    [30n * 30n, 8_000_000_000n, 1],
    [4_675_925_925n * 60n, 8_000_000_000n, 36],
    [4_675_925_925n * 30n, 8_000_000_000n, 18],
    [93_518_518_517n * 60n, 8_000_000_000n, 600],
  ])('covers %d wei by tickets of %d wei with %d of them', (cost, credit, count) => {
    expect(ticketCount(cost, credit)).toBe(count);
  });
});

describe('checkTicketParams', () => {
  it('takes what a go-livepeer orchestrator offers by default', () => {
    expect(() => checkTicketParams(params, funds, { tickets: 600 })).not.toThrow();
  });

  const dear = { faceValueWei: 10n ** 16n, winProb: (3n * 10n ** 12n + 1n) * (WIN_PROB_MAX / 10n ** 16n + 1n) };
  it.each([
    ['a ticket worth its face value', { winProb: WIN_PROB_MAX }, {}, 1],
    ['a ticket above the limit', dear, {}, 1],
    ['a payment above the limit', {}, {}, 2501],
    ['a face value above the deposit', {}, { depositWei: params.faceValueWei - 1n }, 1],
    ['no deposit', {}, { depositWei: 0n }, 1],
    ['no reserve', {}, { reserveWei: 0n }, 1],
    ['a deposit that is being withdrawn', {}, { withdrawRound: 3701n }, 1],
    ['parameters that expire with the next block', {}, { latestL1Block: 23_000_039n }, 1],
    ['parameters without an expiry', { expirationBlock: 0n }, {}, 1],
  ])('refuses %s', (_, change, own, tickets) => {
    expect(() => checkTicketParams({ ...params, ...change }, { ...funds, ...own }, { tickets })).toThrow(
      expect.objectContaining({ code: 'PAYMENT_TICKET_PARAMS_REFUSED' }),
    );
  });

  it('follows the limits it is given', () => {
    const limits = { ticketEvMaxWei: 8n * 10n ** 9n, totalEvMaxWei: 8n * 10n ** 9n, tickets: 1 };
    expect(() => checkTicketParams(params, funds, limits)).not.toThrow();
    expect(() => checkTicketParams(params, funds, { ...limits, ticketEvMaxWei: 8n * 10n ** 9n - 1n })).toThrow(
      /worth more/,
    );
    const just = { ...funds, depositWei: params.faceValueWei };
    expect(() => checkTicketParams(params, just, { tickets: 1, depositMultiplier: 2n })).toThrow(
      /too much for a deposit/,
    );
  });
});

describe('createTicketSender', () => {
  const create = () => createTicketSender(createLocalSigner(senderKey));

  it('never uses a nonce twice, even when asked twice at once', async () => {
    const signer = create();
    const payments = await Promise.all([signer.sign(params, { count: 2 }), signer.sign(params, { count: 2 })]);
    expect(payments.flatMap(({ tickets }) => tickets.map(({ senderNonce }) => senderNonce))).toEqual([1, 2, 3, 4]);
  });

  it('stops at 600 nonces, and starts anew on other parameters', async () => {
    const signer = create();
    await signer.sign(params, { count: 599 });
    await expect(signer.sign(params, { count: 2 })).rejects.toMatchObject({ code: 'PAYMENT_TICKET_PARAMS_REFUSED' });
    const other = { ...params, recipientRandHash: new Uint8Array(32) };
    expect((await signer.sign(other, { count: 1 })).tickets[0]?.senderNonce).toBe(1);
  });
});
