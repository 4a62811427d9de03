import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalSigner, createPrivateKey } from '@byoc/core/payment';
import { localNetwork, openLivepeerChain, openLivepeerWallet } from '@byoc/core/payment/livepeer';
import { type LocalChain, startLocalChain } from '@byoc/core/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type OrchestratorProcess, startOrchestratorProcess } from '../../support/orchestrator-process.ts';
import { hasPart } from '../../support/require-part.ts';
import { runCliHere } from '../../support/run-cli-here.ts';
import { repositoryRoot } from '../../support/run-command.ts';
import { startUnrulyRpc, type UnrulyRpc } from '../../support/unruly-rpc.ts';
import { until } from '../../support/until.ts';

const ether = 10n ** 18n;

describe.skipIf(!(await hasPart('anvil')))('byoc, when its chain is down', () => {
  const folder = mkdtempSync(join(tmpdir(), 'byoc-down-'));
  const dataDirectory = join(folder, 'node');
  const key = Buffer.from(createPrivateKey()).toString('hex');
  let local: LocalChain;
  let rpc: UnrulyRpc;
  let orchestrator: OrchestratorProcess | undefined;

  /** A job costs 1000 gwei, and a ticket is worth 3000: what is left stays with the orchestrator. */
  async function start(...more: string[]): Promise<void> {
    orchestrator?.child.kill('SIGKILL');
    const times = ['--chain-poll', '50ms', '--chain-silent-after', '2s', '--rpc-timeout', '1s'];
    const tickets = ['--payment', 'livepeer', '--network', 'local', '--ticket-ev-min', '3000 gwei', ...times];
    const wallet = ['--keystore', join(dataDirectory, 'wallet.json'), '--password-file', join(folder, 'password')];
    const all = [...tickets, ...wallet, ...more];
    orchestrator = await startOrchestratorProcess({ dataDirectory, runtime: 'process', more: all });
  }
  const asJson = ({ stdout }: { stdout: string }) => JSON.parse(stdout);
  const own = async (...args: string[]) => asJson(await runCliHere([...args, '--json', '--data-dir', dataDirectory]));
  /** Runs a job, and tells what became of it: what was charged, or the exit code and the error. */
  async function run({ payer = key, url = local.url } = {}): Promise<string | [number | null, string]> {
    const to = ['--orchestrator', `${orchestrator?.url}#${orchestrator?.address}`, '--data-dir', join(folder, 'payer')];
    const pays = ['--pay', 'livepeer', '--network', 'local', '--rpc', url, '--max-cost', '1 ETH', '--json'];
    const ended = await runCliHere(['run', 'demo/echo', '-i', 'text=hi', ...pays, ...to], { BYOC_ETH_KEY: payer });
    const { payment, error } = JSON.parse(ended.stdout);
    return error === undefined ? payment.chargedWei : [ended.exitCode, error.code];
  }
  /** The same, while the chain is up: a machine that is busy may take it for silent for a moment. */
  const runUp = (options = {}) =>
    until(async () => {
      const ended = await run(options);
      return ended[1] !== 'CHAIN_UNAVAILABLE' && ended;
    });
  const sold = async () => (await own('earnings')).total.jobs;
  const problem = async () => {
    const { payment } = await own('orchestrator', 'status');
    return payment.find(({ provider }: { provider: string }) => provider === 'livepeer').problem?.code;
  };

  beforeAll(async () => {
    local = await startLocalChain();
    rpc = await startUnrulyRpc(local.url);
    const chain = await openLivepeerChain({ network: localNetwork, urls: [local.url] });
    const signer = createLocalSigner(Buffer.from(key, 'hex'));
    await local.request('anvil_setBalance', [signer.address, `0x${(10n * ether).toString(16)}`]);
    await (await openLivepeerWallet(chain, { signer })).fund({ depositWei: ether, reserveWei: ether });
    writeFileSync(join(folder, 'password'), 'correct horse', { mode: 0o600 });
    const { address } = await own('wallet', 'create', '--password-file', join(folder, 'password'));
    await local.activate(address);
    await start('--rpc', rpc.url);
    const plugin = ['plugin', 'install', join(repositoryRoot, 'examples/echo'), '--price', '1000 gwei'];
    expect(await own(...plugin)).toMatchObject({ phase: 'ready' });
  });
  beforeEach(() => {
    rpc.mood = 'true';
  });
  afterAll(async () => {
    orchestrator?.child.kill('SIGKILL');
    await rpc?.[Symbol.asyncDispose]();
    await local?.[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  it.each(['dead', 'stalled'] as const)(
    'serves from the balance that was paid in, and no further: %s',
    async (mood) => {
      expect(await runUp()).toBe('1000000000000');
      rpc.mood = mood;
      await until(async () => (await problem()) === 'CHAIN_UNAVAILABLE');
      const before = await sold();
      expect([await run(), await run()]).toEqual(['1000000000000', '1000000000000']);
      expect(await run()).toEqual([69, 'CHAIN_UNAVAILABLE']);
      expect(await sold()).toBe(before + 2);
    },
  );

  it('tells a payer whose own chain is down, and takes nothing', async () => {
    const before = await sold();
    expect(await run({ url: 'http://127.0.0.1:1' })).toEqual([69, 'CHAIN_UNAVAILABLE']);
    expect(await sold()).toBe(before);
  });

  it('serves nothing at all when the operator says so, and goes on when the chain is back', async () => {
    await start('--rpc', rpc.url, '--chain-down', 'refuse');
    expect(await runUp()).toBe('1000000000000');
    rpc.mood = 'dead';
    await until(async () => (await problem()) === 'CHAIN_UNAVAILABLE');
    const before = await sold();
    expect(await run()).toEqual([69, 'CHAIN_UNAVAILABLE']);
    expect(await sold()).toBe(before);
    rpc.mood = 'true';
    expect(await runUp()).toBe('1000000000000');
  });

  it('believes no URL that lies alone, and passes over those that fail', async () => {
    await using liar = await startUnrulyRpc(local.url);
    await using honest = await startUnrulyRpc(local.url);
    liar.mood = 'liar';
    rpc.mood = 'stalled';
    const poor = Buffer.from(createPrivateKey()).toString('hex');
    await start('--rpc', liar.url, '--rpc', rpc.url, '--rpc', local.url, '--rpc', honest.url);
    const before = await sold();
    // The payer trusts the liar, and the orchestrator does not.
    expect(await runUp({ payer: poor, url: liar.url })).toEqual([69, 'PAYMENT_SENDER_RESERVE_TOO_LOW']);
    expect(await sold()).toBe(before);
    expect(await runUp()).toBe('1000000000000');
    orchestrator?.child.kill('SIGKILL');
  });
});
