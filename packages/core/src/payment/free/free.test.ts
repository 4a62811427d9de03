import { describe, expect, it } from 'vitest';
import { freePriceSheet } from '../../price/price-sheet.ts';
import { createFreeGatewayProvider } from './free-gateway-provider.ts';
import { createFreeOrchestratorProvider } from './free-orchestrator-provider.ts';

const job = {
  jobId: 'job_12345678',
  capability: 'a/b@1.0.0',
  contractDigest: 'sha256:00',
  inputSha256: '00',
  price: freePriceSheet,
};
const priced = { ...job, price: { baseWei: '1', meters: {} } };
const intent = { maxCostWei: 0n, data: new Uint8Array() };

describe('createFreeOrchestratorProvider', () => {
  it('names nobody as the payer, so that no money moves', async () => {
    const payer = await createFreeOrchestratorProvider().open(job, intent);
    expect(payer).toMatchObject({ payer: '', authorizedWei: 0n });
  });

  it('refuses a job that has a price', () => {
    expect(() => createFreeOrchestratorProvider().open(priced, intent)).toThrowError(
      expect.objectContaining({ code: 'PAYMENT_PRICE_NOT_FREE' }),
    );
  });
});

describe('createFreeGatewayProvider', () => {
  const options = { orchestrator: '0x00', maxCostWei: 10n, deadline: 1, terms: async () => new Uint8Array() };

  it('sends no money', async () => {
    const session = await createFreeGatewayProvider().open(job, options);
    expect(session.data).toHaveLength(0);
    await session.close({ chargedWei: undefined });
  });

  it('refuses an offer with a price, and money asked for midway', async () => {
    const provider = createFreeGatewayProvider();
    const refused = expect.objectContaining({ code: 'PAYMENT_PRICE_NOT_FREE' });
    expect(() => provider.open(priced, options)).toThrowError(refused);
    const session = await provider.open(job, options);
    const topUp = session.topUp({ data: new Uint8Array(), coverWei: 1n });
    await expect(topUp).rejects.toMatchObject({ code: 'PAYMENT_LIMIT_EXCEEDED' });
  });
});
