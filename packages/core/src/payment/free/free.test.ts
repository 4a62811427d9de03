import { describe, expect, it } from 'vitest';
import { freePriceSheet } from '../../price/price-sheet.ts';
import { createFreeGatewayProvider } from './free-gateway-provider.ts';
import { createFreeOrchestratorProvider } from './free-orchestrator-provider.ts';

const job = { jobId: 'job_12345678', capability: 'a/b@1.0.0', contractDigest: 'sha256:00', price: freePriceSheet };
const priced = { ...job, price: { baseWei: '1', meters: {} } };
const intent = { maxCostWei: 0n, data: new Uint8Array() };

describe('createFreeOrchestratorProvider', () => {
  it('settles for nothing, without a receipt, as often as asked', async () => {
    const hold = await createFreeOrchestratorProvider().authorize(job, intent);
    expect(await hold.charge({ units: 10n }, 1)).toBeUndefined();
    expect(await hold.settle('succeeded', { units: 10n })).toEqual({ amountWei: 0n, receipt: undefined });
    expect(await hold.settle('succeeded', { units: 10n })).toEqual({ amountWei: 0n, receipt: undefined });
  });

  it('refuses a job that has a price', async () => {
    const refused = createFreeOrchestratorProvider().authorize(priced, intent);
    await expect(refused).rejects.toMatchObject({ code: 'PAYMENT_PRICE_NOT_FREE' });
  });
});

describe('createFreeGatewayProvider', () => {
  const options = { orchestrator: 'https://127.0.0.1:1', maxCostWei: 10n };

  it('sends no money', async () => {
    const session = await createFreeGatewayProvider().open(job, options);
    expect(session.data).toHaveLength(0);
    await session.close(undefined);
  });

  it('refuses an offer with a price, and money asked for midway', async () => {
    const provider = createFreeGatewayProvider();
    await expect(provider.open(priced, options)).rejects.toMatchObject({ code: 'PAYMENT_PRICE_NOT_FREE' });
    const session = await provider.open(job, options);
    const topUp = session.topUp({ data: new Uint8Array(), coverWei: 1n });
    await expect(topUp).rejects.toMatchObject({ code: 'PAYMENT_LIMIT_EXCEEDED' });
  });
});
