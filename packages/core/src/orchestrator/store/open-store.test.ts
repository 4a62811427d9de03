import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { onTestFinished as after, expect, it } from 'vitest';
import { openStore } from './open-store.ts';
import type { PluginRow } from './plugin-rows.ts';

const row: PluginRow = {
  pluginId: 'demo/echo',
  manifest: { name: 'demo/echo', version: '1.0.0' } as PluginRow['manifest'],
  artifact: 'sha256:aa',
  digest: 'sha256:aa',
  source: { type: 'folder', path: '/plugins/echo' },
  prices: { default: { baseWei: '1', meters: { pixels: { amountWei: '3', per: '1000' } } }, capabilities: {} },
  models: [{ name: 'small', uri: 'hf://acme/small/small.gguf' }],
  resources: { memoryBytes: 4 * 1024 ** 3, gpus: 'all' },
  environment: { DEMO_LIMIT: '7' },
  installedAt: 1_700_000_000_000,
};

function makeDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'byoc-store-'));
  after(() => rmSync(path, { recursive: true }));
  return path;
}

/** Opens the store in another process: `open`, or the code that it failed with. */
async function openElsewhere(path: string) {
  const module = pathToFileURL(join(import.meta.dirname, 'open-store.ts')).href;
  const script = `const { openStore } = await import(${JSON.stringify(module)});
    try { globalThis.store = openStore(${JSON.stringify(path)}); console.log('open'); setInterval(() => {}, 1000); }
    catch (error) { console.log(error.code); }`;
  const child = spawn(
    process.execPath,
    ['--conditions=@byoc/source', '--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  after(() => void child.kill('SIGKILL'));
  const [said] = await once(child.stdout, 'data');
  return {
    said: String(said).trim(),
    pid: child.pid,
    async kill() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

function errorOf(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}

it('keeps plugins over a restart, and forgets the removed', () => {
  const path = makeDirectory();
  const first = openStore(path);
  first.plugins.put(row);
  first.plugins.put({ ...row, pluginId: 'gone' });
  const prices = { default: row.prices.default, capabilities: { 'demo/echo': { list: '$2' } } };
  first.plugins.put({ ...row, prices });
  first.plugins.remove('gone');
  first.close();
  const second = openStore(path);
  expect(second.plugins.list()).toEqual([{ ...row, prices }]);
  second.close();
});

it('brings an older database forward and keeps its rows', () => {
  const path = makeDirectory();
  const made = openStore(path);
  made.plugins.put(row);
  const later = ['jobs', 'ledger_accounts', 'ledger_credits', 'ledger_jobs', 'payment_migrations'];
  for (const table of later) made.database.exec(`DROP TABLE ${table}`);
  made.database.prepare('UPDATE plugins SET price_json = ?').run(JSON.stringify(row.prices.default));
  made.database.exec('ALTER TABLE plugins DROP COLUMN environment_json');
  made.database.exec('ALTER TABLE plugins DROP COLUMN models_json');
  made.database.exec('ALTER TABLE plugins DROP COLUMN resources_json; PRAGMA user_version = 1');
  made.close();
  const store = openStore(path);
  expect(store.plugins.list()).toEqual([{ ...row, environment: {}, models: [], resources: {} }]);
  expect(store.database.prepare('SELECT count(*) AS jobs FROM jobs').get()).toEqual({ jobs: 0 });
  expect(store.database.prepare('PRAGMA user_version').get()).toEqual({ user_version: 8 });
  store.close();
});

it('holds its database for itself, writes ahead in a log, checks foreign keys, and is readable by its user alone', () => {
  const path = makeDirectory();
  const store = openStore(path);
  const pragma = (name: string) => Object.values(store.database.prepare(`PRAGMA ${name}`).get() ?? {})[0];
  expect(['locking_mode', 'journal_mode', 'synchronous', 'foreign_keys', 'busy_timeout'].map(pragma)).toEqual([
    ...['exclusive', 'wal', 1, 1, 5000],
  ]);
  const modes = ['byoc.sqlite', 'byoc.sqlite-wal', 'lock.sqlite', 'pid'].map(
    (f) => statSync(join(path, f)).mode & 0o777,
  );
  expect(modes).toEqual([0o600, 0o600, 0o600, 0o600]);
  store.close();
});

it('refuses a directory of a newer version and lets go of it', () => {
  const path = makeDirectory();
  const made = openStore(path);
  made.database.exec('PRAGMA user_version = 99');
  made.close();
  for (const _attempt of [1, 2])
    expect(errorOf(() => openStore(path))).toMatchObject({
      code: 'DATA_DIRECTORY_NEWER',
      facts: { path, version: 99, supported: 8 },
    });
});

it('says that a file which is no database is damaged', () => {
  const path = makeDirectory();
  writeFileSync(join(path, 'byoc.sqlite'), 'this is no database at all, whatever its name says'.repeat(40));
  expect(errorOf(() => openStore(path))).toMatchObject({ code: 'DATA_DIRECTORY_CORRUPT', facts: { path } });
});

it('says that a damaged page is damage, when it is read', () => {
  const path = makeDirectory();
  const made = openStore(path);
  for (let number = 0; number < 200; number += 1)
    made.plugins.put({ ...row, pluginId: `plugin-${number}`, artifact: 'x'.repeat(500) });
  made.close();
  const { size } = statSync(join(path, 'byoc.sqlite'));
  writeSync(openSync(join(path, 'byoc.sqlite'), 'r+'), Buffer.alloc(4096, 0xee), 0, 4096, size - 4096);
  const store = openStore(path);
  expect(errorOf(() => store.plugins.list())).toMatchObject({ code: 'DATA_DIRECTORY_CORRUPT', facts: { path } });
  store.close();
});

it('says that the disk is full, and keeps what was written', () => {
  const path = makeDirectory();
  const store = openStore(path);
  store.plugins.put(row);
  const { page_count } = store.database.prepare('PRAGMA page_count').get() as { page_count: number };
  store.database.exec(`PRAGMA max_page_count = ${page_count}`);
  expect(errorOf(() => store.plugins.put({ ...row, pluginId: 'big', artifact: 'x'.repeat(100_000) }))).toMatchObject({
    code: 'DISK_FULL',
    facts: { path },
  });
  expect(store.plugins.list()).toEqual([row]);
  store.close();
});

it('says that a directory which is not there cannot be used', () => {
  const path = join(makeDirectory(), 'missing');
  expect(errorOf(() => openStore(path))).toMatchObject({ code: 'DATA_DIRECTORY_UNREADABLE', facts: { path } });
});

it('refuses a directory that another process uses, and names it, until that is killed', async () => {
  const path = makeDirectory();
  const holder = await openElsewhere(path);
  expect(holder.said).toBe('open');
  expect(errorOf(() => openStore(path))).toMatchObject({
    code: 'DATA_DIRECTORY_LOCKED',
    facts: { path, pid: String(holder.pid) },
  });
  await holder.kill();
  openStore(path).close();
});

it('keeps its lock when the same process tries again', async () => {
  const path = makeDirectory();
  const store = openStore(path);
  expect(errorOf(() => openStore(path))).toMatchObject({ code: 'DATA_DIRECTORY_LOCKED' });
  expect((await openElsewhere(path)).said).toBe('DATA_DIRECTORY_LOCKED');
  store.close();
  expect((await openElsewhere(path)).said).toBe('open');
});
