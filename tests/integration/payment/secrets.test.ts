import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAdminClient } from '@byoc/core/orchestrator';
import { createLocalSigner, createPrivateKey } from '@byoc/core/payment';
import { afterAll, describe, expect, it } from 'vitest';
import { byocArguments, repositoryRoot, runByoc } from '../../support/run-command.ts';
import { until } from '../../support/until.ts';
import { processesOf } from '../../support/workers-of.ts';

const key = Buffer.from(createPrivateKey());
const { address } = createLocalSigner(key);
const secrets = {
  key: key.toString('hex'),
  password: `password ${randomBytes(8).toString('hex')}`,
  token: randomBytes(24).toString('hex'),
  /** Providers of RPC URLs put it into the path. */
  rpc: randomBytes(16).toString('hex'),
};

describe.skipIf(process.platform !== 'linux')('a known key, password and token', () => {
  const directory = mkdtempSync(join(tmpdir(), 'byoc-secrets-'));
  const reports = join(directory, 'reports');
  mkdirSync(reports);
  // Beside the directory that is searched.
  const given = mkdtempSync(join(tmpdir(), 'byoc-given-'));
  const passwordFile = join(given, 'password');
  const tokenFile = join(given, 'token');
  writeFileSync(passwordFile, secrets.password, { mode: 0o600 });
  writeFileSync(tokenFile, secrets.token, { mode: 0o600 });
  const keystore = join(directory, 'wallet.json');
  const children: ChildProcess[] = [];
  afterAll(async () => {
    for (const child of children) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    }
    for (const folder of [directory, given]) rmSync(folder, { recursive: true });
  });

  const environment = { PATH: process.env['PATH'], BYOC_DATA_DIR: directory };
  /** Fails when a text holds a secret, in hex, base64 or as it is. */
  function expectNone(what: string, text: string): void {
    const forms = [...Object.values(secrets), key.toString('base64'), secrets.key.toUpperCase()];
    expect(
      forms.filter((form) => text.includes(form)),
      what,
    ).toEqual([]);
  }
  function start(args: string[], env: NodeJS.ProcessEnv) {
    const report = `--report-on-signal --report-directory=${reports}`;
    const child = spawn(process.execPath, [...byocArguments, ...args, '--json', '--log-level', 'debug'], {
      cwd: repositoryRoot,
      env: { ...environment, NODE_OPTIONS: report, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(child);
    const said = { out: '', all: '' };
    child.stdout.on('data', (chunk) => {
      said.out += chunk;
      said.all += chunk;
    });
    child.stderr.on('data', (chunk) => {
      said.all += chunk;
    });
    return { child, said };
  }
  /** What it printed as JSON when it was ready. */
  async function ready({ child, said }: ReturnType<typeof start>): Promise<Record<string, string>> {
    return until(async () => {
      if (child.exitCode !== null) throw new Error(said.all);
      return said.out.trimEnd().endsWith('}') && JSON.parse(said.out);
    });
  }
  const proc = (pid: number | undefined, name: string) => readFileSync(`/proc/${pid}/${name}`, 'latin1');
  /** Looks at all that a running command shows of itself, and at the report that Node writes of it. */
  async function look(what: string, { child, said }: ReturnType<typeof start>) {
    expectNone(`${what}: arguments`, proc(child.pid, 'cmdline'));
    expectNone(`${what}: title`, proc(child.pid, 'comm'));
    expect(proc(child.pid, 'limits'), `${what}: core files`).toMatch(/Max core file size +0 +0 /);
    const before = new Set(readdirSync(reports));
    child.kill('SIGUSR2');
    const report = await until(async () => {
      const name = readdirSync(reports).find((entry) => !before.has(entry));
      const text = name === undefined ? '' : readFileSync(join(reports, name), 'utf8');
      return text.trimEnd().endsWith('}') && text;
    });
    expect(report).toContain('"header"');
    expectNone(`${what}: report`, report);
    expectNone(`${what}: output`, said.all);
  }
  async function end({ child }: ReturnType<typeof start>): Promise<void> {
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
  }
  function everyFile(folder: string): string[] {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  }

  it('are not repeated when they are imported, given by mistake, or wrong', async () => {
    const env = { ...environment, BYOC_ETH_KEY: secrets.key, BYOC_ETH_PASSWORD: secrets.password };
    const imported = await runByoc(['wallet', 'import'], { env });
    expect(imported).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(address) });
    const byMistake = await runByoc(['wallet', 'import', secrets.key], { env: environment });
    expect(byMistake).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('[secret]') });
    const wrong = { ...environment, BYOC_ETH_KEY: `${secrets.key}00`, BYOC_SIGNER_TOKEN: secrets.token };
    const refused = await runByoc(['orchestrator', 'start', '--port', '0'], { env: wrong });
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('KEY_INVALID') });
    for (const { stdout, stderr } of [imported, byMistake, refused]) expectNone('a command', stdout + stderr);
  });

  it('stay with the signer and the orchestrator: no log, argument, report, core, file or child has them', async () => {
    const signer = start(
      [
        'signer',
        'serve',
        '--port',
        '0',
        '--keystore',
        keystore,
        '--password-file',
        passwordFile,
        '--token-file',
        tokenFile,
      ],
      {},
    );
    const { url = '' } = await ready(signer);
    await look('signer', signer);

    const remote = ['--signer', url, '--signer-token-file', tokenFile];
    const data = join(directory, 'data');
    const ports = ['--port', '0', '--http-port', '0', '--runtime', 'process', '--data-dir', data];
    const orchestrator = start(['orchestrator', 'start', ...ports, ...remote], { BYOC_ETH_PASSWORD: secrets.password });
    expect((await ready(orchestrator))['address']).toBe(address);
    expect(readFileSync(join(data, 'identity', 'identity.json'), 'utf8')).not.toContain('privateKeyHex');
    await end(orchestrator);
    expectNone('orchestrator with a remote signer: output', orchestrator.said.all);
    await end(signer);

    const tickets = ['--payment', 'livepeer', '--chain-poll', '100ms'];
    const withKey = start(['orchestrator', 'start', ...ports, ...tickets], {
      BYOC_ETH_KEY: secrets.key,
      BYOC_RPC_URLS: `http://127.0.0.1:1/${secrets.rpc}`,
      BYOC_ETH_PASSWORD: secrets.password,
      BYOC_SIGNER_TOKEN: secrets.token,
    });
    expect((await ready(withKey))['address']).toBe(address);
    const admin = createAdminClient({ dataDirectory: data });
    await admin.installPlugin({ type: 'folder', path: join(repositoryRoot, 'examples/echo') });
    const workers = await processesOf(data);
    expect(workers.length).toBeGreaterThan(0);
    for (const pid of workers) {
      expectNone('worker: environment', proc(pid, 'environ'));
      expectNone('worker: arguments', proc(pid, 'cmdline'));
    }
    await look('orchestrator with the key', withKey);
    const [livepeer] = (await admin.status()).payment.filter(({ provider }) => provider === 'livepeer');
    expect(livepeer?.problem).toMatchObject({ code: 'CHAIN_UNAVAILABLE' });
    expectNone('its status', JSON.stringify(livepeer));
    await end(withKey);
    expect(withKey.said.all).toContain('chain url failed');
    expectNone('orchestrator with the key: output', withKey.said.all);
    const ticketSecret = readFileSync(join(data, 'identity', 'ticket-secret'), 'utf8').trim();
    expect(ticketSecret).toMatch(/^[0-9a-f]{64}$/);
    expect(withKey.said.all).not.toContain(ticketSecret);
    expect(statSync(join(data, 'identity', 'ticket-secret')).mode & 0o777).toBe(0o600);

    const env = { ...environment, BYOC_ETH_PASSWORD: secrets.password };
    const paying = [
      '--keystore',
      keystore,
      '--pay',
      'livepeer',
      '--rpc',
      'https://127.0.0.1:1',
      '--max-cost',
      '1 gwei',
    ];
    const nowhere = ['--orchestrator', 'https://127.0.0.1:1', '--json'];
    const payer = await runByoc(['run', 'demo/echo', '-i', 'text=a', ...paying, ...nowhere], { env });
    expect(payer.exitCode).not.toBe(0);
    expectNone('who pays', payer.stdout + payer.stderr);

    const files = everyFile(directory);
    expect(files).toContain(keystore);
    for (const file of files) expectNone(file, readFileSync(file, 'latin1'));
    expect(statSync(keystore).mode & 0o777).toBe(0o600);
  });
});
