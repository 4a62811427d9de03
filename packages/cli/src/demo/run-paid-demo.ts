import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { silentLogger } from '@byoc/core';
import { createGateway, staticSource } from '@byoc/core/gateway';
import { createOrchestrator } from '@byoc/core/orchestrator';
import { createLocalSigner, createPrivateKey } from '@byoc/core/payment';
import {
  type Address,
  createLivepeerOrchestratorProvider,
  localNetwork,
  openLivepeerChain,
  openLivepeerGatewayProvider,
  openLivepeerWallet,
} from '@byoc/core/payment/livepeer';
import { type LocalChain, startLocalChain } from '@byoc/core/testing';
import { transcode } from '@byoc/plugin-transcode';
import { chooseRuntime, type RuntimeChoice } from '../choose-runtime.ts';
import type { DemoFacts } from './describe-demo.ts';
import type { PaidDemoFacts } from './describe-paid-demo.ts';
import { transcodeFolder } from './transcode-folder.ts';
import { type TranscodeOnceOptions, transcodeOnce } from './transcode-once.ts';

/** Play money: the chain ends with the demo. */
const ETHER = 10n ** 18n;
const PRICE = '0.01 ETH + 0.02 gwei / pixel';
/** The job's limit, and what is paid in before it starts; the rest is topped up while it runs. */
const LIMIT_WEI = ETHER;
const OPENING_WEI = 30n * (ETHER / 1000n);
/** Two of three tickets win, so that several do whatever is drawn. */
const TICKET_EV_WEI = ETHER / 1000n;
const FACE_VALUE_WEI = (3n * TICKET_EV_WEI) / 2n;

/** How the paid demo runs. */
export interface PaidDemoOptions extends Omit<TranscodeOnceOptions, 'quote' | 'maxCostWei'> {
  readonly runtime: RuntimeChoice;
  readonly say: (text: string) => unknown;
}

/**
 * Runs one paid job on a chain of its own: fund, discover, quote, transcode, draw, redeem.
 *
 * @throws ByocError LOCAL_CHAIN_UNAVAILABLE where anvil or the contracts are missing
 */
export async function runPaidDemo(options: PaidDemoOptions): Promise<DemoFacts & { payment: PaidDemoFacts }> {
  const { say, signal } = options;
  await using closing = new AsyncDisposableStack();
  const local = closing.use(await startLocalChain({ signal }));
  const chain = await openLivepeerChain({ network: localNetwork, urls: [local.url] });
  const [payer, seller] = [createLocalSigner(createPrivateKey()), createLocalSigner(createPrivateKey())];
  const [payerAddress, sellerAddress] = [payer.address as Address, seller.address as Address];
  for (const address of [payerAddress, sellerAddress])
    await local.request('anvil_setBalance', [address, `0x${(1_000n * ETHER).toString(16)}`]);
  say(`✓ a chain with Livepeer's contracts at ${local.url}`);
  await local.activate(sellerAddress);
  const wallet = await openLivepeerWallet(chain, { signer: payer, pollMs: 20 });
  await wallet.fund({ depositWei: 100n * ETHER, reserveWei: 100n * ETHER });
  say(`✓ ${payer.address} has a deposit and a reserve of 100 ETH each`);

  const folder = await mkdtemp(join(tmpdir(), 'byoc-demo-'));
  closing.defer(() => rm(folder, { recursive: true, force: true }));
  const chosen = await chooseRuntime(options.runtime, {
    logger: silentLogger,
    stateDirectory: join(folder, 'processes'),
    signal,
  });
  closing.defer(() => chosen.runtime.close());
  const provider = createLivepeerOrchestratorProvider({
    ...{ chain, signer: seller, secret: randomBytes(32), pollMs: 100 },
    ...{ ticketEvMaxWei: TICKET_EV_WEI, faceValueMaxWei: FACE_VALUE_WEI },
  });
  const orchestrator = await createOrchestrator({
    ...{ dataDirectory: join(folder, 'orchestrator'), runtime: chosen.runtime, signer: seller },
    ...{ port: 0, httpPort: 0, payment: [provider] },
  });
  closing.use(orchestrator);
  const plugin = await orchestrator.plugins.install(
    { type: 'folder', path: transcodeFolder() },
    { price: { list: PRICE }, signal },
  );
  say(`✓ orchestrator ${orchestrator.address} sells ${plugin.pluginId} for ${PRICE}`);

  const payment = await openLivepeerGatewayProvider({ chain, signer: payer, pollMs: 100, openingWei: OPENING_WEI });
  closing.defer(() => payment.close());
  const { url, address } = orchestrator;
  const gateway = closing.use(createGateway({ sources: [staticSource([{ url, address }])], payment: [payment] }));
  const before = await balances(chain, payerAddress, sellerAddress);
  const ran = await transcodeOnce(gateway, chosen.info.kind as DemoFacts['runtime'], {
    ...options,
    maxCostWei: LIMIT_WEI,
    async quote(input) {
      const quote = await gateway.quote(transcode, input, { signal });
      say(`✓ quoted: at most ${quote.quote.maxCostWei} wei, and no more than ${LIMIT_WEI} wei is let be taken`);
      return quote;
    },
  });
  say(`✓ done: ${ran.payment.chargedWei} wei charged`);
  await redeemAll(local, provider, signal);
  const after = await balances(chain, payerAddress, sellerAddress);
  const winners = provider.winners();
  const sellerWallet = await openLivepeerWallet(chain, { signer: seller, pollMs: 20 });
  const { costWei } = await sellerWallet.withdrawFees();
  return {
    ...ran.facts,
    payment: {
      price: PRICE,
      payer: payer.address,
      orchestrator: orchestrator.address,
      quotedWei: String(ran.quote?.quote.maxCostWei ?? 0n),
      chargedWei: String(ran.payment.chargedWei),
      receipt: ran.payment.receipt,
      tickets: { won: winners.length, faceValueWei: String(winners[0]?.faceValueWei ?? 0n) },
      redeemed: winners.filter(({ phase }) => phase === 'redeemed').length,
      deposit: { beforeWei: String(before.depositWei), afterWei: String(after.depositWei) },
      fees: { beforeWei: String(before.feesWei), afterWei: String(after.feesWei) },
      leftDepositWei: String(before.depositWei - after.depositWei),
      reachedOrchestratorWei: String(after.feesWei - before.feesWei),
      withdrawnWei: String((await chain.balanceWei(sellerAddress)) + costWei - after.balanceWei),
    },
  };
}

/** Lets blocks pass until every winner has come to its end. */
async function redeemAll(
  local: LocalChain,
  provider: { winners(): readonly { phase: string }[] },
  signal: AbortSignal,
): Promise<void> {
  const isOpen = ({ phase }: { phase: string }) => phase !== 'redeemed' && phase !== 'given-up';
  // Parameters live for 40 blocks; a winner is redeemed only after that.
  await local.request('anvil_mine', ['0x29']);
  for (let looks = 1; provider.winners().some(isOpen); looks += 1) {
    await sleep(50, undefined, { signal });
    const isMined = provider.winners().every((winner) => winner.phase === 'mined' || !isOpen(winner));
    // Blocks on top make it final; a block now and then lets what was put off be tried again.
    if (isMined || looks % 20 === 0) await local.request('anvil_mine', ['0x1']);
  }
}

async function balances(
  chain: Awaited<ReturnType<typeof openLivepeerChain>>,
  payer: Address,
  seller: Address,
): Promise<{ depositWei: bigint; feesWei: bigint; balanceWei: bigint }> {
  const head = await chain.head();
  const { depositWei } = await chain.sender(payer, head);
  const [feesWei, balanceWei] = [await chain.pendingFeesWei(seller, head), await chain.balanceWei(seller)];
  return { depositWei, feesWei, balanceWei };
}
