import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startOrchestratorProcess } from '../support/orchestrator-process.ts';
import { runByoc } from '../support/run-command.ts';

let folder: string;
let other: Server;
let taken: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'byoc-ports-'));
  other = createServer();
  await new Promise<void>((resolve) => other.listen(0, resolve));
  taken = String((other.address() as AddressInfo).port);
});
afterAll(async () => {
  other.close();
  await rm(folder, { recursive: true, force: true });
});

it.each([
  ['--port', '--http-port', 'gRPC'],
  ['--http-port', '--port', 'HTTPS'],
])('an orchestrator whose %s is taken says so, and can be started once it is not', async (wanted, free, use) => {
  const dataDirectory = join(folder, use);
  const args = ['orchestrator', 'start', '--runtime', 'process', '--data-dir', dataDirectory, '--log-level', 'silent'];
  const { exitCode, stderr } = await runByoc([...args, wanted, taken, free, '0']);
  expect(exitCode).not.toBe(0);
  expect(stderr).toContain('PORT_IN_USE');
  expect(stderr).toContain(`Port ${taken} on 127.0.0.1 (${use})`);
  const next = await startOrchestratorProcess({ dataDirectory, runtime: 'process' });
  expect(await next.stop()).toBe(0);
});
