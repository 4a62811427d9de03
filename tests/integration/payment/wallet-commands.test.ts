import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalChain, startLocalChain } from '@byoc/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anvilSigner } from '../../support/anvil-signer.ts';
import { hasPart } from '../../support/require-part.ts';
import { runCliHere } from '../../support/run-cli-here.ts';

const ether = 10n ** 18n;
/** The second account of every development chain: it has ETH. */
const key = '59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d';
const { address } = anvilSigner(1);

describe.skipIf(!(await hasPart('anvil')))('byoc wallet', () => {
  let local: LocalChain;
  const directory = mkdtempSync(join(tmpdir(), 'byoc-wallet-'));
  const passwordFile = join(directory, 'password');
  const wallet = ([command = '', ...args]: string[], env: NodeJS.ProcessEnv = {}) =>
    runCliHere(
      ['wallet', command, '--json', ...args, ...(args.includes('--data-dir') ? [] : ['--data-dir', directory])],
      env,
    );
  const onChain = (...args: string[]) => [...args, '--network', 'local', '--rpc', local.url];
  const signed = (...args: string[]) => [...onChain(...args), '--password-file', passwordFile];
  const answer = ({ stdout }: { stdout: string }) => JSON.parse(stdout);

  beforeAll(async () => {
    writeFileSync(passwordFile, 'correct horse\n');
    local = await startLocalChain();
  });
  afterAll(async () => {
    await local?.[Symbol.asyncDispose]();
    rmSync(directory, { recursive: true });
  });

  it('seals a key of one’s own, and never replaces the file', async () => {
    const made = await wallet(['import', '--password-file', passwordFile], { BYOC_ETH_KEY: key });
    expect(made).toMatchObject({ exitCode: 0, stderr: '' });
    const file = join(directory, 'wallet.json');
    expect(answer(made)).toEqual({ address, keystore: file });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const before = readFileSync(file, 'utf8');
    const again = await wallet(['create', '--password-file', passwordFile]);
    expect(again.exitCode).toBe(2);
    expect(answer(again).error.code).toBe('KEYSTORE_EXISTS');
    expect(readFileSync(file, 'utf8')).toBe(before);
    expect(answer(await wallet(['address']))).toEqual({ address });
  });

  it('makes a new key with a password from the environment, and asks for one where there is none', async () => {
    const file = join(directory, 'other.json');
    const without = await wallet(['create', '--keystore', file]);
    expect([without.exitCode, answer(without).error.code]).toEqual([2, 'KEYSTORE_PASSWORD_MISSING']);
    const made = await wallet(['create', '--keystore', file], { BYOC_ETH_PASSWORD: 'another horse' });
    expect(answer(made).address).toMatch(/^0x[0-9a-fA-F]{40}$/);
    expect(answer(await wallet(['address', '--keystore', file]))).toEqual({ address: answer(made).address });
  });

  it('shows before it sends, and sends nothing that nobody confirmed', async () => {
    const before = answer(await wallet(onChain('balance')));
    expect(before).toMatchObject({ network: 'local', address, depositWei: '0', reserveWei: '0', withdrawRound: '0' });
    const fund = ['fund', '--deposit', '1.5 ETH', '--reserve', '2 ETH'];
    const rehearsed = await wallet(onChain(...fund, '--dry-run'));
    const { costMaxWei, ...facts } = answer(rehearsed);
    expect(facts).toMatchObject({ sent: false, depositWei: '1500000000000000000', reserveWei: '2000000000000000000' });
    expect(BigInt(costMaxWei) > (35n * ether) / 10n).toBe(true);
    expect(rehearsed.stderr).toContain('deposit:   1.5 ETH');
    const unconfirmed = await wallet(signed(...fund));
    expect([unconfirmed.exitCode, answer(unconfirmed).error.code]).toEqual([2, 'CONFIRMATION_MISSING']);
    expect({ ...answer(await wallet(onChain('balance'))), blockNumber: before.blockNumber }).toEqual(before);
  });

  it('funds, unlocks, waits for the round, and withdraws to the last wei', async () => {
    const { balanceWei } = answer(await wallet(onChain('balance')));
    const funded = answer(await wallet(signed('fund', '--deposit', '1.5 ETH', '--reserve', '2 ETH', '--yes')));
    expect(funded).toMatchObject({
      sent: true,
      balance: { depositWei: String((15n * ether) / 10n), reserveWei: String(2n * ether) },
    });
    expect(BigInt(funded.balance.balanceWei)).toBe(BigInt(balanceWei) - (35n * ether) / 10n - BigInt(funded.costWei));
    const locked = await wallet(signed('withdraw', '--yes'));
    expect([locked.exitCode, answer(locked).error.code]).toEqual([75, 'CHAIN_DEPOSIT_LOCKED']);
    const unlocked = answer(await wallet(signed('unlock', '--yes')));
    await local.nextRound();
    await local.nextRound();
    const { withdrawRound, currentRound } = answer(await wallet(onChain('balance')));
    expect(withdrawRound).toBe(currentRound);
    const withdrawn = answer(await wallet(signed('withdraw', '--yes')));
    expect(withdrawn).toMatchObject({
      sent: true,
      depositWei: String((15n * ether) / 10n),
      balance: { depositWei: '0', reserveWei: '0' },
    });
    const gas = BigInt(funded.costWei) + BigInt(unlocked.costWei) + BigInt(withdrawn.costWei);
    expect(BigInt(withdrawn.balance.balanceWei)).toBe(BigInt(balanceWei) - gas);
  });

  it.each([
    ['a wrong password', (c: string[]) => [...c, '--password-file', '/dev/null'], 2, 'KEYSTORE_PASSWORD_WRONG'],
    ['more than there is', () => onChain('fund', '--deposit', '1000000 ETH', '--yes'), 2, 'CHAIN_BALANCE_TOO_LOW'],
    ['nothing', () => onChain('fund', '--yes'), 2, 'INPUT_ARGUMENT_INVALID'],
    ['an amount that is none', () => onChain('fund', '--deposit', '1 dollar'), 2, 'INPUT_ARGUMENT_INVALID'],
    [
      'a chain that is down',
      () => ['fund', '--deposit', '1 ETH', '--network', 'local', '--rpc', 'http://127.0.0.1:1'],
      69,
      'CHAIN_UNAVAILABLE',
    ],
    ['no RPC URL', () => ['fund', '--deposit', '1 ETH'], 2, 'CHAIN_URLS_TOO_FEW'],
    [
      'a chain that is another one',
      () => ['balance', '--network', 'arbitrum-one', '--rpc', local.url],
      69,
      'CHAIN_UNAVAILABLE',
    ],
    ['an address that is none', () => onChain('balance', '--address', '0x12'), 2, 'INPUT_ARGUMENT_INVALID'],
    ['a key file that is none', () => onChain('balance', '--keystore', passwordFile), 2, 'KEYSTORE_INVALID'],
    ['a wallet that is not there', () => ['address', '--data-dir', join(directory, 'none')], 2, 'WALLET_MISSING'],
  ] as [string, (common: string[]) => string[], number, string][])(
    'tells clearly: %s',
    async (_, args, exitCode, code) => {
      const common = onChain('fund', '--deposit', '1 ETH', '--yes');
      const ended = await wallet(args(common));
      expect([ended.exitCode, answer(ended).error.code]).toEqual([exitCode, code]);
    },
  );

  it('pays through the next RPC URL when one is down', async () => {
    const balance = answer(
      await wallet(['balance', '--network', 'local', '--rpc', 'http://127.0.0.1:1', '--rpc', local.url]),
    );
    expect(balance.address).toBe(address);
  });
});
