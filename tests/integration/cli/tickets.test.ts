import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPrivateKey, writeKeystore } from '@byoc/core/payment';
import { type LocalChain, startLocalChain } from '@byoc/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OrchestratorProcess, startOrchestratorProcess } from '../../support/orchestrator-process.ts';
import { hasPart } from '../../support/require-part.ts';
import { runCliHere } from '../../support/run-cli-here.ts';
import { byocArguments, repositoryRoot, runCommand } from '../../support/run-command.ts';

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
    // Quick to open; the walk below makes its own as a user would.
    const password = Buffer.from('correct horse');
    for (const directory of [payerDirectory, nodeDirectory])
      await writeKeystore(
        join(directory, 'wallet.json'),
        { privateKey: createPrivateKey(), password },
        { scryptN: 1024 },
      );
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

  it('runs the walk through the docs: all that was paid, earned and withdrawn is the same to the wei', async ({
    signal,
    onTestFinished,
  }) => {
    const docs = readFileSync(join(repositoryRoot, 'docs/tickets-by-command.md'), 'utf8');
    const script = /^```sh walkthrough\n(.*?)^```/ms.exec(docs)?.[1] ?? '';
    const [before, stopped = ''] = script.split(/^(?=# Take it home)/m);
    const here = mkdtempSync(join(folder, 'walk-'));
    const [payer, node] = [join(here, 'payer'), join(here, 'node')];
    // What it started in the background ends with it, wherever it stops.
    onTestFinished(async () => void (await runCliHere(['orchestrator', 'stop', '--data-dir', node, '--grace', '1s'])));
    const byoc = [process.execPath, ...byocArguments].map((word) => `'${word}'`).join(' ');
    const env = { ...process.env, BYOC_RPC_URLS: local.url, BYOC_SOURCE: repositoryRoot, NO_COLOR: '1' };
    const bash = (lines = '') =>
      runCommand('bash', ['-euo', 'pipefail', '-c', `byoc() { ${byoc} "$@"; }\n${lines}`], {
        ...{ cwd: here, signal },
        env: {
          ...env,
          BYOC_NETWORK: 'local',
          BYOC_ETH_PASSWORD: 'correct horse',
          NODE_COMPILE_CACHE: join(folder, 'cache'),
        },
      });
    const balance = async (directory: string) =>
      asJson(await wallet(directory, 'balance', '--network', 'local', '--rpc', local.url));
    const earnings = async () => asJson(await runCliHere(['earnings', '--json', '--data-dir', node])).total;

    const walked = await bash(before);
    expect(walked).toMatchObject({ exitCode: 0 });
    expect(walked.stdout).toContain('At most 0.0044 ETH for 34 characters');
    expect(walked.stdout).toMatch(/demo\/echo@1\.0\.0 +1 +0\.0044 ETH/);
    const receipts = (...args: string[]) => runCliHere(['receipts', 'ls', '--json', ...args]);
    const [bought] = asJson(await receipts('--data-dir', payer));
    expect(bought).toMatchObject({ amountWei: dueWei, quoteWei: dueWei, paymentProvider: 'livepeer' });
    expect(asJson(await receipts('--sold', '--data-dir', node))).toEqual([bought]);
    const sold = (...words: string[]) => runCliHere(['receipts', ...words, '--sold', '--data-dir', node]);
    expect(asJson(await sold('show', bought.jobId))).toEqual({
      receipt: bought,
      signature: expect.stringMatching(/^0x[0-9a-f]{130}$/),
    });
    expect((await sold('show', 'job_none')).exitCode).not.toBe(0);
    expect(asJson(await sold('export'))).toEqual([bought]);
    const [head, row] = (await sold('export', '--format', 'csv')).stdout.trim().split('\n');
    expect([head?.split(',').length, row]).toEqual([row?.split(',').length, expect.stringContaining(bought.jobId)]);
    const { chargedBy, tickets, winners, gasWei, netWei } = await earnings();
    expect(chargedBy).toEqual({ livepeer: dueWei });
    expect(BigInt(tickets.worthWei)).toBeGreaterThanOrEqual(BigInt(dueWei));
    expect(winners).toMatchObject({ pending: { count: 0 }, givenUp: { count: 0 } });
    expect(winners.redeemed.count).toBeGreaterThan(0);
    expect(BigInt(netWei)).toBe(BigInt(dueWei) - BigInt(gasWei));
    // What left the deposit is what the chain owes the orchestrator.
    const [paying, paid] = [await balance(payer), await balance(node)];
    expect(10n ** 18n - BigInt(paying.depositWei)).toBe(BigInt(winners.redeemed.wei));
    expect(paid.pendingFeesWei).toBe(winners.redeemed.wei);

    expect(await bash(stopped)).toMatchObject({ exitCode: 0 });
    expect(await balance(payer)).toMatchObject({ depositWei: '0', reserveWei: '0' });
    expect(await balance(node)).toMatchObject({ pendingFeesWei: '0' });
  }, 300_000);
});
