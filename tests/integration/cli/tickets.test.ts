import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalChain, startLocalChain } from '@byoc/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OrchestratorProcess, startOrchestratorProcess } from '../../support/orchestrator-process.ts';
import { hasPart } from '../../support/require-part.ts';
import { runCliHere } from '../../support/run-cli-here.ts';
import { repositoryRoot, runByoc } from '../../support/run-command.ts';
import { until } from '../../support/until.ts';

/** 0.001 ETH, and 0.0001 ETH for each of 34 characters. */
const text = 'the quick brown fox jumps over you';
const dueWei = String(44n * 10n ** 14n);

describe.skipIf(!(await hasPart('anvil')))('byoc, with tickets', () => {
  const folder = mkdtempSync(join(tmpdir(), 'byoc-tickets-'));
  const passwordFile = join(folder, 'password');
  const [payerDirectory, nodeDirectory] = [join(folder, 'payer'), join(folder, 'node')];
  let local: LocalChain;
  let orchestrator: OrchestratorProcess;
  let payer: string;

  const asJson = ({ stdout }: { stdout: string }) => JSON.parse(stdout);
  const chain = async (...args: string[]) => asJson(await runCliHere(['chain', ...args, '--rpc', local.url, '--json']));
  const onChain = () => ['--network', 'local', '--rpc', local.url, '--password-file', passwordFile];
  const wallet = (directory: string, ...args: string[]) =>
    runCliHere(['wallet', ...args, '--json', '--data-dir', directory]);
  const send = async (directory: string, ...args: string[]) =>
    asJson(await wallet(directory, ...args, ...onChain(), '--yes'));
  /** What the payer types. */
  const calling = (command: string, ...more: string[]) => [
    ...[command, 'demo/echo', '-i', `text=${text}`, '--json', '--data-dir', payerDirectory],
    ...['--orchestrator', `${orchestrator.url}#${orchestrator.address}`, ...more],
  ];
  const pay = (...more: string[]) => [...calling('run', '--pay', 'livepeer', ...onChain()), ...more];
  const outcome = async (args: string[]) => {
    const { exitCode, stdout } = await runCliHere(args);
    const { error } = JSON.parse(stdout);
    return [exitCode, error?.code, error?.hint];
  };

  beforeAll(async () => {
    writeFileSync(passwordFile, 'correct horse\n', { mode: 0o600 });
    local = await startLocalChain();
    for (const directory of [payerDirectory, nodeDirectory])
      expect((await wallet(directory, 'create', '--password-file', passwordFile)).exitCode).toBe(0);
    payer = asJson(await wallet(payerDirectory, 'address')).address;
    const node = asJson(await wallet(nodeDirectory, 'address')).address;
    await chain('fund', payer, '10 ETH');
    await chain('activate', node);
    // Four of five tickets win, so that some do whatever is drawn.
    const limits = ['--ticket-ev-max', '0.0004 ETH', '--face-value-max', '0.0005 ETH', '--gas-price-max', '20 gwei'];
    const more = ['--payment', 'credit', '--payment', 'livepeer', ...onChain(), ...limits, '--chain-poll', '100ms'];
    orchestrator = await startOrchestratorProcess({ dataDirectory: nodeDirectory, runtime: 'process', more });
    expect(orchestrator.address).toBe(node);
    const install = ['plugin', 'install', join(repositoryRoot, 'examples/echo'), '--data-dir', nodeDirectory];
    const price = ['--price', '0.001 ETH + 0.0001 ETH / character'];
    expect((await runCliHere([...install, ...price])).exitCode).toBe(0);
  });
  afterAll(async () => {
    orchestrator?.child.kill('SIGKILL');
    await local?.[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  it('says what to do next when it can’t pay', async () => {
    const limit = ['--max-cost', '0.01 ETH'];
    expect(await outcome(calling('run', ...limit))).toEqual([
      ...[69, 'PAYMENT_PRICE_NOT_FREE', expect.stringContaining('byoc run --pay livepeer')],
    ]);
    const nowhere = pay(...limit).map((argument) => (argument === payerDirectory ? join(folder, 'none') : argument));
    expect(await outcome(nowhere)).toEqual([...[2, 'WALLET_MISSING', expect.stringContaining('byoc wallet create')]]);
    expect(await outcome(pay(...limit))).toEqual([
      ...[4, 'PAYMENT_DEPOSIT_MISSING', expect.stringContaining('byoc wallet fund --deposit')],
    ]);
    await send(payerDirectory, 'fund', '--deposit', '0.0001 ETH', '--reserve', '0.0001 ETH');
    expect(await outcome(pay(...limit))).toEqual([
      ...[69, 'PAYMENT_SENDER_RESERVE_TOO_LOW', expect.stringContaining('byoc wallet fund --deposit')],
    ]);
    await send(payerDirectory, 'fund', '--deposit', '1 ETH', '--reserve', '1 ETH');
    expect(await outcome(pay())).toEqual([4, 'PAYMENT_LIMIT_EXCEEDED', expect.stringContaining('--max-cost')]);
    expect(await outcome(pay('--max-cost', '5000'))).toEqual([2, 'INPUT_ARGUMENT_INVALID', expect.anything()]);
    await send(payerDirectory, 'unlock');
    await chain('round');
    expect(await outcome(pay(...limit))).toEqual([
      ...[4, 'PAYMENT_DEPOSIT_UNLOCKED', expect.stringContaining('byoc wallet unlock --cancel')],
    ]);
    await send(payerDirectory, 'unlock', '--cancel');
  });

  it('quotes, pays, and leaves receipts on both sides that agree to the wei', async () => {
    const quoted = asJson(await runCliHere(calling('quote', '--pay', 'livepeer', ...onChain())));
    expect(quoted.maxCostWei).toBe(dueWei);
    // As a user's shell would: a process of its own.
    const ran = await runByoc(pay('--max-cost', '0.005eth'));
    expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
    const { job, payment, output } = asJson(ran);
    expect(output).toEqual({ text });
    expect(payment).toEqual({ provider: 'livepeer', chargedWei: dueWei, receipt: job });
    const receipts = (...args: string[]) => runCliHere(['receipts', ...args, '--json']);
    const [bought] = asJson(await receipts('ls', '--data-dir', payerDirectory));
    const [sold] = asJson(await receipts('ls', '--sold', '--data-dir', nodeDirectory));
    expect(bought).toMatchObject({ jobId: job, amountWei: dueWei, payer: payer.toLowerCase() });
    expect(sold).toEqual(bought);
    expect(asJson(await receipts('verify', '--sold', '--data-dir', nodeDirectory))).toEqual({ valid: [job] });
  });

  it('redeems what won, tells what was earned, and withdraws it', async () => {
    const earnings = async (...args: string[]) =>
      asJson(await runCliHere(['earnings', '--json', '--data-dir', nodeDirectory, ...args])).total;
    const balance = async (directory: string) =>
      asJson(await wallet(directory, 'balance', '--network', 'local', '--rpc', local.url));
    const before = await earnings();
    expect(before).toMatchObject({ jobs: 1, chargedWei: dueWei, chargedBy: { livepeer: dueWei } });
    expect(before.winners.pending.count).toBeGreaterThan(0);
    const [deposit, node] = [(await balance(payerDirectory)).depositWei, await balance(nodeDirectory)];
    // Parameters live for 40 blocks; a winner is redeemed only after that, and final under three more.
    await chain('mine', '41');
    const after = await until(async () => {
      await chain('mine');
      const now = await earnings();
      return now.winners.pending.count === 0 && now;
    });
    const { redeemed, givenUp } = after.winners;
    expect(redeemed).toEqual(before.winners.pending);
    expect(givenUp).toEqual({ count: 0, wei: '0', reasons: {} });
    expect(BigInt(after.tickets.worthWei)).toBeGreaterThanOrEqual(BigInt(dueWei));
    expect(BigInt(after.netWei)).toBe(BigInt(dueWei) - BigInt(after.gasWei));
    // What left the deposit, what the chain owes the orchestrator, and the books are one number; so is the gas.
    const paid = await balance(nodeDirectory);
    expect(BigInt(deposit) - BigInt((await balance(payerDirectory)).depositWei)).toBe(BigInt(redeemed.wei));
    expect(paid.pendingFeesWei).toBe(redeemed.wei);
    expect(BigInt(node.balanceWei) - BigInt(paid.balanceWei)).toBe(BigInt(after.gasWei));

    expect(await orchestrator.stop()).toBe(0);
    expect(await earnings('--by', 'day')).toEqual(after);
    expect(await earnings('--since', '2999-01-01')).toMatchObject({ jobs: 0, chargedWei: '0', gasWei: '0' });
    const table = await runCliHere(['earnings', '--data-dir', nodeDirectory]);
    expect(table.stdout).toMatch(/demo\/echo@1\.0\.0 +1 +0\.0044 ETH/);

    const withdrawn = await send(nodeDirectory, 'withdraw', '--fees');
    expect(withdrawn).toMatchObject({ sent: true, feesWei: redeemed.wei });
    await send(payerDirectory, 'unlock');
    await chain('round');
    await chain('round');
    await send(payerDirectory, 'withdraw');
    expect(await balance(payerDirectory)).toMatchObject({ depositWei: '0', reserveWei: '0' });
  });
});
