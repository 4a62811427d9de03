import type { Receipt } from '@byoc/core/payment';

/** What the paid demo adds, as `--json` prints it. Amounts are decimal wei. */
export interface PaidDemoFacts {
  readonly price: string;
  readonly payer: string;
  readonly orchestrator: string;
  readonly quotedWei: string;
  readonly chargedWei: string;
  readonly receipt: Receipt | undefined;
  readonly tickets: { readonly won: number; readonly faceValueWei: string };
  readonly redeemed: number;
  readonly deposit: { readonly beforeWei: string; readonly afterWei: string };
  /** At the orchestrator's fee pool. */
  readonly fees: { readonly beforeWei: string; readonly afterWei: string };
  readonly leftDepositWei: string;
  readonly reachedOrchestratorWei: string;
  /** What then came into the orchestrator's own account, its gas for that not counted. */
  readonly withdrawnWei: string;
}

/** The closing words of the paid demo. */
export function describePaidDemo(facts: PaidDemoFacts): string {
  const { receipt } = facts;
  return [
    `Quote:    at most ${ether(facts.quotedWei)} (${facts.price})`,
    `Charged:  ${ether(facts.chargedWei)}, by a receipt that ${facts.orchestrator} signed for job ${receipt?.jobId ?? '-'}`,
    `Tickets:  ${facts.tickets.won} won ${ether(facts.tickets.faceValueWei)} each, ${facts.redeemed} redeemed`,
    `Deposit:  ${ether(facts.deposit.beforeWei)} → ${ether(facts.deposit.afterWei)}`,
    `Earned:   ${ether(facts.fees.beforeWei)} → ${ether(facts.fees.afterWei)}, taken out to the orchestrator's account`,
    `Agrees:   ${facts.leftDepositWei} wei left the deposit, ${facts.reachedOrchestratorWei} wei reached the orchestrator`,
    'Tickets pay what a job costs on average, not each time: what was sent beyond the charge is credit for the next job.',
    '',
  ].join('\n');
}

function ether(wei: string): string {
  const text = wei.padStart(19, '0');
  return `${text.slice(0, -18)}.${text.slice(-18).replace(/0+$/, '') || '0'} ETH`;
}
