import type { JobPayer, OrchestratorPaymentProvider } from '@byoc/core/payment';
import type { LivepeerChain } from '@byoc/core/payment/livepeer';
import { createLivepeerOrchestratorProvider, openLivepeerGatewayProvider } from '@byoc/core/payment/livepeer';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { anvilSigner } from '../../support/anvil-signer.ts';
import { openPaymentHost } from '../../support/payment-host.ts';
import { hasPart } from '../../support/require-part.ts';
import { startTicketWorld, type TicketWorld } from '../../support/ticket-world.ts';

const price = { baseWei: '0', meters: { pixels: { amountWei: '3', per: '1' } } };
const secret = Buffer.alloc(32, 0x11);
const maxCostWei = 10n ** 15n;
let jobs = 0;
const newJob = (change = {}) => {
  jobs += 1;
  return {
    ...{ jobId: `job_${jobs}`, capability: 'video/transcode@1.0.0', contractDigest: 'sha256:00', inputSha256: '' },
    ...{ price, ...change },
  };
};
type Job = ReturnType<typeof newJob>;

describe.skipIf(!(await hasPart('anvil')))('the livepeer provider', () => {
  let world: TicketWorld;
  let snapshot: unknown;
  let close: (() => Promise<void> | void)[] = [];
  beforeAll(async () => {
    world = await startTicketWorld();
  });
  afterAll(() => world?.[Symbol.asyncDispose]());
  beforeEach(async () => {
    snapshot = await world.local.request('evm_snapshot');
    close = [];
  });
  afterEach(async () => {
    for (const end of close.reverse()) await end();
    await world.local.request('evm_revert', [snapshot]);
  });

  async function startOrchestrator(options = {}, chain: LivepeerChain = world.chain) {
    const signer = anvilSigner(2);
    const provider = createLivepeerOrchestratorProvider({ chain, signer, secret, pollMs: 3_600_000, ...options });
    const host = {
      ...openPaymentHost(world.file(), provider.migrations ?? []),
      orchestrator: signer.address.toLowerCase(),
    };
    await provider.start?.(host);
    close.push(
      () => host.close(),
      () => provider.close?.(),
    );
    return { provider, host };
  }
  async function startGateway(options = {}, chain: LivepeerChain = world.chain) {
    const provider = await openLivepeerGatewayProvider({
      chain,
      signer: anvilSigner(1),
      pollMs: 3_600_000,
      ...options,
    });
    close.push(() => provider.close());
    return provider;
  }
  type Gateway = Awaited<ReturnType<typeof startGateway>>;
  const termsOf = async (provider: OrchestratorPaymentProvider, gateway: Gateway, job: Job) =>
    (await provider.terms?.({ payer: gateway.payer, capability: job.capability, price: job.price, maxCostWei })) ??
    new Uint8Array();
  let asked = 0;
  const openSession = (gateway: Gateway, provider: OrchestratorPaymentProvider, job: Job, limitWei = maxCostWei) =>
    gateway.open(job, {
      ...{ orchestrator: world.recipient, maxCostWei: limitWei, deadline: 0 },
      async terms() {
        asked += 1;
        return termsOf(provider, gateway, job);
      },
    });
  const openJob = (provider: OrchestratorPaymentProvider, job: Job, data: Uint8Array): Promise<JobPayer> =>
    Promise.resolve().then(() => provider.open(job, { maxCostWei, data }));

  it('pays a job in, to the wei of what the tickets are worth, and leans on what is left for the next one', async () => {
    const { provider, host } = await startOrchestrator();
    const gateway = await startGateway();
    asked = 0;
    const job = newJob();
    const session = await openSession(gateway, provider, job);
    const payer = await openJob(provider, job, session.data);
    expect(payer).toMatchObject({ payer: gateway.payer, authorizedWei: maxCostWei });
    const credited = host.creditedWei();
    expect(credited).toBeGreaterThanOrEqual(maxCostWei);
    expect(credited).toBeLessThan(maxCostWei + 10n);
    await session.close({ chargedWei: maxCostWei / 4n });
    const next = newJob();
    const second = await openSession(gateway, provider, next, maxCostWei / 2n);
    await openJob(provider, next, second.data);
    expect(host.creditedWei()).toBe(credited);
    expect(asked).toBe(1);
  });

  it('tops up while the job runs, and never beyond the payer’s limit', async () => {
    const { provider, host } = await startOrchestrator();
    const gateway = await startGateway({ openingWei: maxCostWei / 10n });
    const job = newJob();
    const session = await openSession(gateway, provider, job);
    const payer = await openJob(provider, job, session.data);
    expect(payer.authorizedWei).toBe(maxCostWei / 10n);
    const coverWei = maxCostWei / 2n;
    await payer.accept(await session.topUp({ data: await payer.demand(coverWei), coverWei }));
    expect(payer.authorizedWei).toBe(coverWei);
    expect(host.creditedWei()).toBeGreaterThanOrEqual(coverWei);
    const demand = { data: await payer.demand(maxCostWei + 1n), coverWei: maxCostWei + 1n };
    await expect(session.topUp(demand)).rejects.toMatchObject({ code: 'PAYMENT_LIMIT_EXCEEDED' });
  });

  it('credits a payment that comes again once, after a restart too', async () => {
    const file = world.file();
    const signer = anvilSigner(2);
    const run = async (job: Job, data: Uint8Array) => {
      const provider = createLivepeerOrchestratorProvider({ chain: world.chain, signer, secret, pollMs: 3_600_000 });
      const host = { ...openPaymentHost(file, provider.migrations ?? []), orchestrator: signer.address.toLowerCase() };
      await provider.start?.(host);
      const payer = await openJob(provider, job, data);
      await payer.accept(data);
      const credited = host.creditedWei();
      await provider.close?.();
      host.close();
      return credited;
    };
    const { provider } = await startOrchestrator();
    const job = newJob();
    const session = await openSession(await startGateway(), provider, job);
    expect(await run(job, session.data)).toBe(await run(job, session.data));
  });

  it('refuses a word that the payer did not sign for this job', async () => {
    const { provider, host } = await startOrchestrator();
    const job = newJob();
    const session = await openSession(await startGateway(), provider, job);
    await expect(openJob(provider, newJob(), session.data)).rejects.toMatchObject({
      code: 'PAYMENT_AUTHORIZATION_INVALID',
    });
    await expect(openJob(provider, job, new Uint8Array([7]))).rejects.toMatchObject({ code: 'PAYMENT_DATA_INVALID' });
    expect(host.creditedWei()).toBe(0n);
  });

  it('takes no tickets for another capability or price than they were given for', async () => {
    const { provider, host } = await startOrchestrator();
    const job = newJob();
    const session = await openSession(await startGateway(), provider, job);
    const dear = { ...job, price: { ...price, baseWei: '99' } };
    await expect(openJob(provider, dear, session.data)).rejects.toMatchObject({ code: 'PAYMENT_TICKETS_REFUSED' });
    expect(host.creditedWei()).toBe(0n);
  });

  it('signs nothing for an orchestrator that has its tickets pay somebody else', async () => {
    const { provider } = await startOrchestrator();
    const gateway = await startGateway();
    const job = newJob();
    const stolen = gateway.open(job, {
      ...{ orchestrator: world.sender, maxCostWei, deadline: 0 },
      terms: () => termsOf(provider, gateway, job),
    });
    await expect(stolen).rejects.toMatchObject({
      code: 'PAYMENT_TICKET_PARAMS_REFUSED',
      facts: { reason: 'they pay somebody else than the orchestrator' },
    });
  });

  it('signs no ticket that is worth more than the job', async () => {
    const { provider } = await startOrchestrator({ ticketsPerJob: 1, ticketEvMinWei: 10n ** 14n });
    const cheap = openSession(await startGateway(), provider, newJob(), 10n ** 13n);
    await expect(cheap).rejects.toMatchObject({ code: 'PAYMENT_TICKET_PARAMS_REFUSED' });
  });

  it('takes none from a sender that is about to withdraw, or whose money is spoken for', async () => {
    const { provider, host } = await startOrchestrator();
    const gateway = await startGateway();
    const job = newJob();
    const session = await openSession(gateway, provider, job);
    const unlock = { from: world.sender, to: world.chain.contracts.ticketBroker, data: '0xa69df4b5' };
    await world.local.request('eth_sendTransactionSync', [unlock]);
    await world.local.nextRound();
    const later = await startOrchestrator();
    await expect(openJob(later.provider, job, session.data)).rejects.toMatchObject({
      code: 'PAYMENT_TICKETS_REFUSED',
      facts: { reason: expect.stringContaining('can withdraw') },
    });
    expect(host.creditedWei() + later.host.creditedWei()).toBe(0n);
  });

  it('gives no parameters to a sender without a reserve', async () => {
    const { provider } = await startOrchestrator();
    const gateway = await startGateway({ signer: anvilSigner(3) });
    await expect(termsOf(provider, gateway, newJob())).rejects.toMatchObject({
      code: 'PAYMENT_SENDER_RESERVE_TOO_LOW',
    });
    // And it need not ask to know.
    asked = 0;
    await expect(openSession(gateway, provider, newJob())).rejects.toMatchObject({ code: 'PAYMENT_DEPOSIT_MISSING' });
    expect(asked).toBe(0);
  });

  it('gives none while it is not active: such tickets could never be redeemed', async () => {
    const signer = anvilSigner(3);
    const { provider } = await startOrchestrator({ signer });
    expect(provider.problem?.()).toMatchObject({ code: 'PAYMENT_RECIPIENT_NOT_ACTIVE' });
    await expect(termsOf(provider, await startGateway(), newJob())).rejects.toMatchObject({
      code: 'PAYMENT_RECIPIENT_NOT_ACTIVE',
    });
    const active = await startOrchestrator();
    expect(active.provider.problem?.()).toBeUndefined();
  });

  it('takes no ticket while the chain is silent, and serves or refuses what was paid before, as the operator says', async () => {
    let isDown = false;
    const rpc: LivepeerChain['rpc'] = {
      request: (call) => (isDown ? Promise.reject(down) : world.chain.rpc.request(call)),
    };
    const { ByocError, systemClock } = await import('@byoc/core');
    const down = new ByocError('CHAIN_UNAVAILABLE', { reason: 'it is down' });
    let lateMs = 0;
    const clock = { ...systemClock, now: () => Date.now() + lateMs };
    const start = async (whenChainIsDown: 'serve' | 'refuse') => {
      const signer = anvilSigner(2);
      const chain = { ...world.chain, rpc };
      const options = { chain, signer, secret, pollMs: 3_600_000, whenChainIsDown };
      const provider = createLivepeerOrchestratorProvider(options);
      const opened = openPaymentHost(world.file(), provider.migrations ?? [], { clock });
      await provider.start?.({ ...opened, orchestrator: signer.address.toLowerCase() });
      close.push(
        () => opened.close(),
        () => provider.close?.(),
      );
      return provider;
    };
    const [serving, refusing] = [await start('serve'), await start('refuse')];
    const gateway = await startGateway();
    const first = newJob();
    const session = await openSession(gateway, serving, first);
    await openJob(serving, first, session.data);
    await session.close({ chargedWei: 0n });
    const paying = newJob();
    const withTickets = await openSession(await startGateway(), serving, paying, 3n * maxCostWei);
    const standing = newJob();
    const fromBalance = await openSession(gateway, serving, standing);
    isDown = true;
    lateMs = 60_001;
    await expect(openJob(serving, paying, withTickets.data)).rejects.toMatchObject({ code: 'CHAIN_UNAVAILABLE' });
    expect(await openJob(serving, standing, fromBalance.data)).toMatchObject({ authorizedWei: maxCostWei });
    await expect(openJob(refusing, standing, fromBalance.data)).rejects.toMatchObject({ code: 'CHAIN_UNAVAILABLE' });
    // A payer that has forgotten its balance is told of it, without parameters for tickets.
    const forgetful = await startGateway();
    await openSession(forgetful, serving, newJob());
    const dear = { payer: gateway.payer, ...newJob(), maxCostWei: 9n * maxCostWei };
    await expect(serving.terms?.(dear)).rejects.toMatchObject({ code: 'CHAIN_UNAVAILABLE' });
    await expect(termsOf(refusing, gateway, newJob())).rejects.toMatchObject({ code: 'CHAIN_UNAVAILABLE' });
    for (const provider of [serving, refusing])
      expect(provider.problem?.()).toMatchObject({ code: 'CHAIN_UNAVAILABLE' });
  });
});
