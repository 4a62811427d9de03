import {
  createLivepeerOrchestratorProvider,
  type LivepeerOrchestratorProvider,
  openLivepeerGatewayProvider,
} from '@byoc/core/payment/livepeer';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  decodeLivepeerPayment,
  encodeLivepeerTerms,
} from '../../../packages/core/src/payment/livepeer/provider/livepeer-messages.ts';
import { anvilSigner } from '../../support/anvil-signer.ts';
import { openPaymentHost } from '../../support/payment-host.ts';
import { hasPart } from '../../support/require-part.ts';
import { startTicketWorld, type TicketWorld } from '../../support/ticket-world.ts';

const price = { baseWei: '0', meters: { pixels: { amountWei: '3', per: '1' } } };
const maxCostWei = 10n ** 15n;
const jobOf = (jobId: string) => ({
  ...{ jobId, capability: 'video/transcode@1.0.0', contractDigest: 'sha256:00', inputSha256: '', price },
});

/** A gateway counts in memory what it has left at an orchestrator, and which nonces it used. Both are gone with its process. */
describe.skipIf(!(await hasPart('anvil')))('a gateway that starts anew', () => {
  let world: TicketWorld;
  let provider: LivepeerOrchestratorProvider;
  let host: ReturnType<typeof openPaymentHost>;
  let close: (() => Promise<void> | void)[] = [];
  beforeAll(async () => {
    world = await startTicketWorld();
  });
  afterAll(() => world?.[Symbol.asyncDispose]());
  beforeEach(async () => {
    const signer = anvilSigner(2);
    const options = { chain: world.chain, signer, secret: Buffer.alloc(32, 0x11), pollMs: 3_600_000 };
    provider = createLivepeerOrchestratorProvider(options);
    host = openPaymentHost(world.file(), provider.migrations ?? []);
    await provider.start?.({ ...host, orchestrator: signer.address.toLowerCase() });
    close = [() => host.close(), () => provider.close?.()];
  });
  afterEach(async () => {
    for (const end of close.reverse()) await end();
  });

  const start = async () => {
    const gateway = await openLivepeerGatewayProvider({
      chain: world.chain,
      signer: anvilSigner(1),
      pollMs: 3_600_000,
    });
    close.push(() => gateway.close());
    return gateway;
  };
  type Gateway = Awaited<ReturnType<typeof start>>;
  const ask = async ({ payer }: Gateway) =>
    (await provider.terms?.({ payer, capability: 'video/transcode@1.0.0', price, maxCostWei })) ?? new Uint8Array();
  const open = (gateway: Gateway, jobId: string, limitWei = maxCostWei, terms = () => ask(gateway)) =>
    gateway.open(jobOf(jobId), { orchestrator: world.recipient, maxCostWei: limitWei, deadline: 0, terms });

  it('loses nothing of what it had left: it asks, is told, and pays no ticket for what is there', async () => {
    const first = await open(await start(), 'job_1');
    await provider.open(jobOf('job_1'), { maxCostWei, data: first.data });
    const creditedWei = host.creditedWei();
    // It dies without a receipt; its successor knows nothing.
    const next = await open(await start(), 'job_2', maxCostWei / 2n);
    expect(decodeLivepeerPayment(next.data).tickets).toHaveLength(0);
    await provider.open(jobOf('job_2'), { maxCostWei, data: next.data });
    expect(host.creditedWei()).toBe(creditedWei);
  });

  it('pays nothing twice on parameters of its life before: it signs the very same tickets, which count once', async () => {
    const before = await start();
    const terms = await ask(before);
    const first = await open(before, 'job_1', maxCostWei, async () => terms);
    const again = await open(await start(), 'job_2', maxCostWei, async () => terms);
    const tickets = decodeLivepeerPayment(first.data).tickets;
    expect(tickets.length).toBeGreaterThan(0);
    expect(decodeLivepeerPayment(again.data).tickets).toEqual(tickets);
    await provider.open(jobOf('job_1'), { maxCostWei, data: first.data });
    const creditedWei = host.creditedWei();
    await provider.open(jobOf('job_2'), { maxCostWei, data: again.data });
    expect(host.creditedWei()).toBe(creditedWei);
  });

  it('leaves an orchestrator that denies what was paid in its own life', async () => {
    const gateway = await start();
    const first = await open(gateway, 'job_1');
    await first.close({ chargedWei: maxCostWei / 4n });
    const denied = async () => encodeLivepeerTerms({ params: undefined, availableWei: 0n });
    await expect(open(gateway, 'job_2', maxCostWei, denied)).rejects.toMatchObject({
      code: 'PAYMENT_BALANCE_DISPUTED',
    });
  });
});
