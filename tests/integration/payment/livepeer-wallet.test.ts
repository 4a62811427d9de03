import {
  type Address,
  type LivepeerChain,
  localNetwork,
  openLivepeerChain,
  openLivepeerWallet,
} from '@byoc/core/payment/livepeer';
import { type LocalChain, startLocalChain } from '@byoc/core/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { anvilSigner } from '../../support/anvil-signer.ts';
import { hasPart } from '../../support/require-part.ts';

const ether = 10n ** 18n;
const signer = anvilSigner(1);
const orchestrator = anvilSigner(2).address as Address;

describe.skipIf(!(await hasPart('anvil')))('openLivepeerWallet', () => {
  let local: LocalChain;
  let chain: LivepeerChain;
  let snapshot: unknown;
  beforeAll(async () => {
    local = await startLocalChain();
    chain = await openLivepeerChain({ network: localNetwork, urls: [local.url] });
  });
  afterAll(() => local?.[Symbol.asyncDispose]());
  beforeEach(async () => {
    snapshot = await local.request('evm_snapshot');
  });
  afterEach(() => local.request('evm_revert', [snapshot]));

  const openWallet = (options = {}) => openLivepeerWallet(chain, { signer, pollMs: 5, ...options });

  it('finds the contracts through the controller of the preset', () => {
    expect(local.controller.toLowerCase()).toBe(localNetwork.controller.toLowerCase());
    expect(new Set(Object.values(chain.contracts)).size).toBe(3);
  });

  it('funds, and shows deposit, reserve and each orchestrator’s share', async () => {
    const wallet = await openWallet();
    const before = await wallet.balance();
    const mined = await wallet.fund({ depositWei: ether, reserveWei: 2n * ether });
    expect(mined.events).toEqual(['ReserveFunded', 'DepositFunded']);
    expect(await wallet.balance()).toEqual({
      ...before,
      depositWei: ether,
      reserveWei: 2n * ether,
      balanceWei: before.balanceWei - 3n * ether - mined.costWei,
    });
    await local.activate(orchestrator);
    const head = await chain.head();
    expect(await chain.isActive(orchestrator, head)).toBe(true);
    expect(await chain.claim(signer.address as Address, orchestrator, head)).toEqual({
      claimedByMeWei: 0n,
      claimableWei: 2n * ether,
      poolSize: 1n,
    });
  });

  it('sends the transactions of one wallet one after the other', async () => {
    const wallet = await openWallet();
    await Promise.all([1n, 2n, 3n].map((reserveWei) => wallet.fund({ depositWei: 0n, reserveWei })));
    expect(await wallet.balance()).toMatchObject({ reserveWei: 6n });
  });

  it('withdraws only after it was unlocked and the round has come', async () => {
    const wallet = await openWallet();
    await wallet.fund({ depositWei: ether, reserveWei: ether });
    await expect(wallet.withdraw()).rejects.toMatchObject({
      code: 'CHAIN_DEPOSIT_LOCKED',
      facts: { withdrawRound: '0' },
    });
    await wallet.unlock();
    await expect(wallet.unlock()).rejects.toMatchObject({
      code: 'CHAIN_TRANSACTION_REFUSED',
      facts: { action: 'unlock the deposit', reason: 'unlock already initiated' },
    });
    const { withdrawRound, currentRound } = await wallet.balance();
    expect(withdrawRound).toBe(currentRound + (await chain.unlockPeriodRounds(await chain.head())));
    await expect(wallet.withdraw()).rejects.toMatchObject({ facts: { withdrawRound: String(withdrawRound) } });
    await local.nextRound();
    await local.nextRound();
    expect((await wallet.withdraw()).events).toEqual(['Withdrawal']);
    expect(await wallet.balance()).toMatchObject({ depositWei: 0n, reserveWei: 0n });
  });

  it('locks again', async () => {
    const wallet = await openWallet();
    await wallet.fund({ depositWei: ether, reserveWei: ether });
    await wallet.unlock();
    expect((await wallet.cancelUnlock()).events).toEqual(['UnlockCancelled']);
    expect(await wallet.balance()).toMatchObject({ withdrawRound: 0n });
  });

  it('refuses what the wallet can’t pay, and gas above the limit, and sends nothing', async () => {
    const wallet = await openWallet();
    const before = await wallet.balance();
    await expect(wallet.fund({ depositWei: 20_000n * ether, reserveWei: 0n })).rejects.toMatchObject({
      code: 'CHAIN_BALANCE_TOO_LOW',
    });
    await local.request('anvil_setNextBlockBaseFeePerGas', ['0x174876e800']);
    await local.request('anvil_mine', ['0x1']);
    const careful = await openWallet({ gasPriceMaxWei: 50_000_000_000n });
    await expect(careful.fund({ depositWei: 1n, reserveWei: 0n })).rejects.toMatchObject({
      code: 'CHAIN_GAS_TOO_DEAR',
      facts: { limitWei: '50000000000' },
    });
    expect(await wallet.balance()).toEqual(before);
    await local.request('anvil_setNextBlockBaseFeePerGas', ['0x7']);
    await local.request('anvil_mine', ['0x1']);
  });

  it('replaces a transaction that no block takes, so that it happens once', async () => {
    const before = await (await openWallet()).balance();
    await local.request('evm_setAutomine', [false]);
    let waitedMs = 0;
    // Time passes when somebody waits; the first block comes after the second replacement.
    const clock = {
      now: () => waitedMs,
      async sleep(delayMs: number) {
        waitedMs += delayMs;
        if (waitedMs === 130_000) await local.request('evm_mine');
      },
    };
    const funded = await (await openWallet({ clock, pollMs: 10_000 })).fund({ depositWei: 7n, reserveWei: 0n });
    await local.request('evm_setAutomine', [true]);
    expect(waitedMs).toBe(130_000);
    expect(funded.isSuccess).toBe(true);
    expect(await (await openWallet()).balance()).toMatchObject({ depositWei: before.depositWei + 7n });
  });

  it('says that a transaction is in no block, and which', async () => {
    await local.request('evm_setAutomine', [false]);
    let nowMs = 0;
    const clock = {
      now: () => nowMs,
      async sleep(delayMs: number) {
        nowMs += delayMs;
      },
    };
    const wallet = await openWallet({ clock, pollMs: 60_000 });
    await expect(wallet.fund({ depositWei: 7n, reserveWei: 0n })).rejects.toMatchObject({
      code: 'CHAIN_TRANSACTION_UNCONFIRMED',
      facts: { waitedMs: 300_000, hash: expect.stringMatching(/^0x[0-9a-f]{64}$/) },
    });
    await local.request('anvil_dropAllTransactions');
    await local.request('evm_setAutomine', [true]);
  });

  it('says that the contracts are not there', async () => {
    const network = { ...localNetwork, controller: `0x${'1'.repeat(40)}` as const };
    await expect(openLivepeerChain({ network, urls: [local.url] })).rejects.toMatchObject({
      code: 'CHAIN_CONTRACT_MISSING',
    });
  });
});
