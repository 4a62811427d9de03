import type { RunFrame } from '@byoc/core/gateway';
import { createGateway, type GatewayOptions, type OrchestratorTarget, staticSource, uriBlob } from '@byoc/core/gateway';
import { createLocalSigner, createPrivateKey } from '@byoc/core/payment';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type BreakableProxy, breakableProxy } from './breakable-proxy.ts';
import { parts } from './parts-plugin.ts';
import { type StartedOrchestrator, startOrchestrator } from './start-orchestrator.ts';

let host: StartedOrchestrator;
let proxy: BreakableProxy;
beforeEach(async () => {
  host = await startOrchestrator();
  proxy = await breakableProxy(host.orchestrator.port);
});
afterEach(async () => {
  await proxy[Symbol.asyncDispose]();
  await host[Symbol.asyncDispose]();
});

const proxied = () => `https://127.0.0.1:${proxy.port}`;
const gatewayOf = (targets: readonly (string | OrchestratorTarget)[], options: Partial<GatewayOptions> = {}) =>
  createGateway({ sources: [staticSource(targets)], random: () => 0, ...options });

async function next<E>(frames: AsyncIterator<RunFrame<E>>, type: RunFrame['type']): Promise<RunFrame<E>> {
  for (;;) {
    const { value, done } = await frames.next();
    if (done) throw new Error(`the frames ended before \`${type}\``);
    if (value.type === type) return value;
  }
}

it('takes parts and updates while it runs, until the caller says it is the end', async () => {
  await using gateway = gatewayOf([host.url]);
  const job = gateway.run(parts, { live: true }, { keepOpen: true });
  await job.update({ speed: 2 });
  await job.send(
    'live',
    (async function* () {
      yield Buffer.from('one');
      yield Buffer.from('two');
    })(),
  );
  await job.update({ speed: 3 });
  await expect(job.update({ speed: 'fast' } as never)).rejects.toMatchObject({ code: 'CAPABILITY_INPUT_INVALID' });
  job.end();
  const { output } = await job.result;
  expect(output).toMatchObject({ bytes: 6, speeds: [2, 3] });
  await expect(job.update({ speed: 4 })).rejects.toMatchObject({ code: 'INPUT_PART_INVALID' });
});

it('holds a free job to its quote, with a receipt only where one is wanted', async () => {
  await using gateway = gatewayOf([host.url]);
  await gateway.ready();
  const input = { files: { a: 1 } };
  const quote = await gateway.quote(parts, input);
  expect(quote.quote.maxCostWei).toBe(0n);
  const plain = await gateway.run(parts, input, { quote }).result;
  expect(plain.payment).toMatchObject({ chargedWei: 0n, receipt: undefined, problem: undefined });
  const signed = await gateway.run(parts, input, { quote, receipt: true }).result;
  expect(signed.payment).toMatchObject({ chargedWei: 0n, receipt: { amountWei: '0', payer: '' }, problem: undefined });
  await expect(gateway.run(parts, { files: { b: 1 } }, { quote }).result).rejects.toMatchObject({
    code: 'QUOTE_INVALID',
  });
});

it('sends a part that the input names, without keepOpen', async () => {
  await using gateway = gatewayOf([host.url]);
  const job = gateway.run(parts, { source: { $part: 'mine' } });
  await job.send(
    'mine',
    (async function* () {
      yield Buffer.from('mine');
    })(),
  );
  expect((await job.result).output.bytes).toBe(4);
});

it('hears why the orchestrator would not fetch an address', async () => {
  await using gateway = gatewayOf([host.url]);
  const job = gateway.run(parts, { source: uriBlob('http://127.0.0.1:9/a') });
  await expect(job.result).rejects.toMatchObject({ code: 'URI_ADDRESS_REFUSED' });
});

it('attaches again when the connection breaks, and misses nothing', async () => {
  await using gateway = gatewayOf([proxied()]);
  const job = gateway.run(parts, { gated: true, files: { 'a.txt': 5 } });
  const frames = job[Symbol.asyncIterator]();
  await next(frames, 'event');
  proxy.break();
  // Of a job that has ended only the last frame is kept.
  await host.attached;
  host.openGate();
  const second = await next(frames, 'event');
  expect(second).toMatchObject({ event: { step: 2 } });
  const result = await job.result;
  expect(result).toMatchObject({ attempts: 1, parts: [{ name: 'a.txt', sizeBytes: 5 }] });
});

it('attaches again to a job that ended while the connection was broken', async () => {
  await using gateway = gatewayOf([proxied()]);
  const job = gateway.run(parts, { gated: true });
  const frames = job[Symbol.asyncIterator]();
  await next(frames, 'event');
  proxy.refuse(true);
  proxy.break();
  host.openGate();
  await host.jobEnded(job.jobId);
  proxy.refuse(false);
  expect(await job.result).toMatchObject({ output: { bytes: 0 }, attempts: 1, usage: { bytes: 0n } });
});

it('ends with CONNECTION_LOST when it may not attach again', async () => {
  await using gateway = gatewayOf([proxied()]);
  const job = gateway.run(parts, { gated: true }, { onDisconnect: 'cancel' });
  await next(job[Symbol.asyncIterator](), 'event');
  proxy.break();
  await expect(job.result).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
});

it('tries another orchestrator when one refuses', async () => {
  await using other = await startOrchestrator();
  await using gateway = gatewayOf([host.url, other.url]);
  await gateway.ready();
  const first = await gateway.run(parts, {}).result;
  const closing = first.orchestrator.url === host.url ? host : other;
  // Its offers are still in the index when the job starts.
  const closed = closing.orchestrator.close({ mode: 'drain', graceMs: 1000 });
  const second = await gateway.run(parts, {}).result;
  expect(second.orchestrator.url).not.toBe(first.orchestrator.url);
  await closed;
});

it('takes no offers from an orchestrator with another address than expected', async () => {
  const expected = createLocalSigner(createPrivateKey()).address;
  await using gateway = gatewayOf([{ url: host.url, address: expected }]);
  await gateway.ready();
  expect(gateway.query()).toEqual([]);
  const error = await gateway.run(parts, {}, { deadlineMs: 5_000 }).result.catch((e) => e);
  expect(error).toMatchObject({ code: 'NO_OFFER_MATCHES', facts: { unreachable: [{ url: host.url }] } });
  expect(error.shortMessage).toContain(expected);
  await using right = gatewayOf([{ url: host.url, address: host.address }]);
  expect((await right.run(parts, {}).result).orchestrator.address).toBe(host.address);
});

it('waits for an orchestrator that is connecting again', async () => {
  await using gateway = gatewayOf([proxied()]);
  await gateway.ready();
  const lost = new Promise((resolve) => gateway.offers.on('orchestrator-lost', resolve));
  proxy.break();
  await lost;
  expect((await gateway.run(parts, {}).result).output.bytes).toBe(0);
});

it('cancels a running job at the orchestrator', async () => {
  await using gateway = gatewayOf([host.url]);
  const job = gateway.run(parts, { gated: true });
  await next(job[Symbol.asyncIterator](), 'event');
  job.cancel('enough');
  await expect(job.result).rejects.toMatchObject({ code: 'JOB_CANCELLED', facts: { reason: 'enough' } });
  const after = await gateway.run(parts, {}).result;
  expect(after.attempts).toBe(1);
});
