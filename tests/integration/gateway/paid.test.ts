import { createGateway, createMemoryReceiptStore, type GatewayOptions, staticSource } from '@byoc/core/gateway';
import { createLocalSigner, type GatewayPaymentProvider } from '@byoc/core/payment';
import { createCreditGatewayProvider, createCreditOrchestratorProvider } from '@byoc/core/payment/credit';
import { onTestFinished as after, describe, expect, it } from 'vitest';
import { breakableProxy } from './breakable-proxy.ts';
import { startOrchestrator } from './start-orchestrator.ts';

const signer = createLocalSigner(new Uint8Array(32).fill(9));
const payer = signer.address.toLowerCase();
const key = { provider: 'credit', payer };
/** 7 wei for a job and 2 for a file. */
const price = { baseWei: '7', meters: { files: { amountWei: '2', per: '1' } } };

async function setUp(options: Partial<GatewayOptions> & { balanceWei?: bigint; firstWei?: bigint } = {}) {
  const { balanceWei = 10_000n, firstWei, ...gatewayOptions } = options;
  const started = await startOrchestrator({ price, payment: [createCreditOrchestratorProvider()] });
  const { ledger } = started.orchestrator.desk;
  ledger.apply(key, { type: 'credit', creditId: 'grant', amountWei: balanceWei });
  const proxy = await breakableProxy(started.orchestrator.port);
  const receipts = createMemoryReceiptStore();
  const payment: readonly GatewayPaymentProvider[] = [createCreditGatewayProvider({ signer, firstWei })];
  const gateway = createGateway({
    sources: [staticSource([`https://127.0.0.1:${proxy.port}`])],
    payment,
    receipts,
    ...gatewayOptions,
  });
  after(async () => {
    await gateway.close();
    await proxy[Symbol.asyncDispose]();
    await started[Symbol.asyncDispose]();
  });
  await gateway.ready();
  return { gateway, ledger, receipts, started, proxy };
}

const input = { files: { a: 1, b: 1 } };

describe('a gateway that pays with credit', () => {
  it('is quoted, pays, and has a checked receipt: gateway, orchestrator and receipt agree to the wei', async () => {
    const { gateway, ledger, receipts } = await setUp();
    const quote = await gateway.quote('test/parts', input);
    const { payment, usage, jobId } = await gateway.run('test/parts', input, { quote }).result;
    const dueWei = 7n + 2n * (usage['files'] ?? 0n);
    expect(payment).toMatchObject({ provider: 'credit', chargedWei: dueWei, problem: undefined });
    expect(dueWei).toBeLessThanOrEqual(quote.quote.maxCostWei);
    expect(payment.receipt).toMatchObject({ jobId, payer, amountWei: String(dueWei), outcome: 'succeeded' });
    expect(ledger.account(key)).toMatchObject({ earnedWei: dueWei, heldWei: 0n });
    expect(gateway.spentWei).toBe(dueWei);
    expect(await receipts.get(jobId)).toMatchObject({ jobId });
  });

  it('tops a job up while it runs, to the wei that it costs', async () => {
    const { gateway, ledger } = await setUp({ firstWei: 8n });
    const { payment } = await gateway.run('test/parts', input, { maxCostWei: 500n }).result;
    expect(payment).toMatchObject({ chargedWei: 11n, problem: undefined });
    expect(ledger.account(key)).toMatchObject({ earnedWei: 11n, heldWei: 0n });
    expect(gateway.spentWei).toBe(11n);
  });

  it('tops a job up that it attached to again after its connection broke', async () => {
    const { gateway, ledger, started, proxy } = await setUp({ firstWei: 8n });
    const job = gateway.run('test/parts', { ...input, gated: true }, { maxCostWei: 500n });
    for await (const frame of job) if (frame.type === 'event') break;
    proxy.break();
    await started.attached;
    started.openGate();
    const { payment } = await job.result;
    expect(payment).toMatchObject({ chargedWei: 11n, problem: undefined });
    expect(ledger.account(key)).toMatchObject({ earnedWei: 11n, heldWei: 0n });
    expect(gateway.spentWei).toBe(11n);
  });

  it('never spends more than its budget, and gives back what was not taken', async () => {
    const { gateway, ledger } = await setUp({ budgetWei: 20n });
    const first = await gateway.run('test/parts', input, { maxCostWei: 15n }).result;
    expect(gateway.spentWei).toBe(first.payment.chargedWei);
    await expect(gateway.run('test/parts', input, { maxCostWei: 1000n }).result).rejects.toMatchObject({
      code: 'PAYMENT_BUDGET_EXCEEDED',
    });
    expect(ledger.account(key).earnedWei).toBe(first.payment.chargedWei);
  });

  it('pays nothing without a maxCost', async () => {
    const { gateway, ledger } = await setUp();
    await expect(gateway.run('test/parts', input).result).rejects.toMatchObject({ code: 'PAYMENT_LIMIT_EXCEEDED' });
    expect(ledger.account(key)).toMatchObject({ availableWei: 10_000n });
  });

  it('settles a job that it cancels by its receipt', async () => {
    const { gateway, ledger, started } = await setUp();
    const job = gateway.run('test/parts', { gated: true }, { maxCostWei: 500n });
    for await (const frame of job) if (frame.type === 'event') break;
    job.cancel();
    await expect(job.result).rejects.toMatchObject({ code: 'JOB_CANCELLED' });
    started.openGate();
    await gateway.close();
    expect(gateway.spentWei).toBe(ledger.account(key).earnedWei);
    expect(ledger.account(key).heldWei).toBe(0n);
  });
});
