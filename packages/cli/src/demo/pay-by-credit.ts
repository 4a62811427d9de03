import { createAdminClient } from '@byoc/core/orchestrator';
import { createLocalSigner, createPrivateKey } from '@byoc/core/payment';
import { createCreditGatewayProvider } from '@byoc/core/payment/credit';

/** What an ether is taken for. */
const DEMO_USD_PER_ETH = 3000;

/** Arguments of `orchestrator start` that let a demo's orchestrator sell for credit, at prices in dollars. */
export const creditArguments = ['--payment', 'credit', '--usd-per-eth', String(DEMO_USD_PER_ETH)];

/** Grants a tenth of an ether to a new address, which pays with it. */
export async function openDemoCredit(dataDirectory: string) {
  const signer = createLocalSigner(createPrivateKey());
  const grant = { action: 'grant' as const, payer: signer.address, amountWei: String(10n ** 17n), id: 'demo' };
  await createAdminClient({ dataDirectory }).changeCredit(grant);
  return createCreditGatewayProvider({ signer });
}

/** Wei as dollars, for people: two digits that count. */
export function demoDollars(wei: bigint): string {
  const dollars = (Number(wei) / 1e18) * DEMO_USD_PER_ETH;
  return `$${dollars === 0 ? '0' : dollars.toFixed(Math.max(2, 1 - Math.floor(Math.log10(dollars))))}`;
}
