import { describe, expect, it } from 'vitest';
import { ByocError } from '../errors/byoc-error.ts';
import type { ConnectedOrchestrator } from '../protocol/orchestrator/connect-orchestrator.ts';
import type { OrchestratorService } from '../protocol/orchestrator-service.ts';
import { bytesBlob } from './blobs/bytes-blob.ts';
import { fileBlob } from './blobs/file-blob.ts';
import { createGateway } from './create-gateway.ts';
import { capability, json, orchestrator, type Run } from './stand-in-orchestrator.ts';
import { staticSource } from './static-source.ts';

function gatewayOver(...orchestrators: ConnectedOrchestrator[]) {
  return createGateway({
    sources: [staticSource(orchestrators.map(({ url }) => url))],
    connect: async ({ url }) => orchestrators.find((one) => one.url === url) as ConnectedOrchestrator,
    random: () => 0,
  });
}

const failing = (error: ByocError): Run =>
  async function* () {
    yield [{ sequence: 0, type: 'error', error }];
  };

describe('a gateway', () => {
  it('runs a typed job, sends its bytes and gives its events and result', async () => {
    await using gateway = gatewayOver(orchestrator('https://a'));
    const job = gateway.run(capability, { source: bytesBlob(new Uint8Array(3_000_000)) });
    const types: string[] = [];
    for await (const frame of job) types.push(frame.type);
    const result = await job.result;
    expect(result.output).toEqual({ bytes: 3_000_000 });
    expect(result).toMatchObject({ attempts: 1, usage: { bytes: 3_000_000n }, plugin: 'size@1.0.0' });
    expect(types).toEqual(['accepted', 'event']);
  });

  it('gives the result though nobody iterates', async () => {
    await using gateway = gatewayOver(orchestrator('https://a'));
    const untyped = await gateway.run('test/size', { source: bytesBlob(new Uint8Array(2)) }).result;
    expect(untyped.output).toEqual({ bytes: 2 });
  });

  it('goes to another orchestrator when one refuses before output', async () => {
    const draining = new ByocError('WORKER_DRAINING', { plugin: 'size@1.0.0' });
    await using gateway = gatewayOver(
      orchestrator('https://a', { runJob: failing(draining) }),
      orchestrator('https://b'),
    );
    await gateway.ready();
    const result = await gateway.run(capability, { source: bytesBlob(new Uint8Array(5)) }).result;
    expect(result).toMatchObject({ output: { bytes: 5 }, attempts: 2, orchestrator: { url: 'https://b' } });
  });

  it('does not try another orchestrator after output', async () => {
    const lost = new ByocError('WORKER_DRAINING', { plugin: 'size@1.0.0' });
    let others = 0;
    const midway: Run = async function* () {
      others += 1;
      yield [{ sequence: 1, type: 'accepted', capability: capability.reference }];
      yield [{ sequence: 2, type: 'event', eventJson: json({ step: 1 }) }];
      yield [{ sequence: 3, type: 'error', error: lost }];
    };
    await using gateway = gatewayOver(
      orchestrator('https://a', { runJob: midway }),
      orchestrator('https://b', { runJob: midway }),
    );
    await gateway.ready();
    const job = gateway.run(capability, { source: bytesBlob(new Uint8Array(5)) });
    await expect(job.result).rejects.toMatchObject({ code: 'WORKER_DRAINING' });
    expect(others).toBe(1);
  });

  it('attaches again after a lost connection, from the last frame', async () => {
    const asked: number[] = [];
    const broken: Run = async function* () {
      yield [{ sequence: 1, type: 'accepted', capability: capability.reference }];
      yield [{ sequence: 2, type: 'event', eventJson: json({ step: 1 }) }];
      throw new ByocError('CONNECTION_LOST', { address: 'https://a', reason: 'test' });
    };
    const attachJob: OrchestratorService['attachJob'] = async function* ({ afterSequence }) {
      asked.push(afterSequence);
      yield [{ sequence: 3, type: 'result', outputJson: json({ bytes: 1 }), usage: {}, parts: [] }];
    };
    await using gateway = gatewayOver(orchestrator('https://a', { runJob: broken, attachJob }));
    const result = await gateway.run(capability, { source: bytesBlob(new Uint8Array(5)) }).result;
    expect(result).toMatchObject({ output: { bytes: 1 }, attempts: 1 });
    expect(asked).toEqual([2]);
  });

  it('ends a job at its deadline and on cancel, and tells the orchestrator', async () => {
    const cancelled: string[] = [];
    const silent: Run = async function* () {
      yield [{ sequence: 1, type: 'accepted', capability: capability.reference }];
      await new Promise(() => {});
    };
    const cancelJob: OrchestratorService['cancelJob'] = async ({ reason }) => {
      cancelled.push(reason);
      return { cancelled: true };
    };
    const gateway = gatewayOver(orchestrator('https://a', { runJob: silent, cancelJob }));
    const input = { source: bytesBlob(new Uint8Array(1)) };
    await expect(gateway.run(capability, input, { deadlineMs: 30 }).result).rejects.toMatchObject({
      code: 'JOB_DEADLINE_EXCEEDED',
    });
    const job = gateway.run(capability, input);
    for await (const frame of job) if (frame.type === 'accepted') job.cancel('enough');
    await expect(job.result).rejects.toMatchObject({ code: 'JOB_CANCELLED', facts: { reason: 'enough' } });
    await gateway.close();
    expect(cancelled).toEqual(['the gateway gave it up', 'enough']);
  });

  it('cancels what runs before it closes its connections', async () => {
    const told: string[] = [];
    const accepted = Promise.withResolvers<void>();
    const silent: Run = async function* () {
      yield [{ sequence: 1, type: 'accepted', capability: capability.reference }];
      accepted.resolve();
      await new Promise(() => {});
    };
    const gateway = gatewayOver(
      orchestrator('https://a', {
        runJob: silent,
        async cancelJob() {
          await new Promise(setImmediate);
          told.push('cancelled');
          return { cancelled: true };
        },
        close: () => void told.push('closed'),
      }),
    );
    const job = gateway.run(capability, { source: bytesBlob(new Uint8Array(1)) });
    await accepted.promise;
    await gateway.close();
    expect(told).toEqual(['cancelled', 'closed']);
    await expect(job.result).rejects.toMatchObject({ code: 'JOB_CANCELLED' });
  });

  it('says why no offer will do', async () => {
    await using gateway = gatewayOver(orchestrator('https://a'));
    const source = bytesBlob(new Uint8Array(1));
    const error = await gateway.run(capability, { source }, { where: { region: 'eu' } }).result.catch((e) => e);
    expect(error.shortMessage).toMatchInlineSnapshot(
      `"None of 1 offers of test/size will do: where.region removed 1."`,
    );
    const nobody = await gateway.run('test/none', {}).result.catch((e) => e);
    expect(nobody.shortMessage).toMatchInlineSnapshot(`"Nobody offers test/none."`);
  });

  it('refuses a file that is not there and an input that is wrong before anything is sent', async () => {
    await using gateway = gatewayOver(orchestrator('https://a'));
    const missing = gateway.run(capability, { source: fileBlob('/nowhere/in.mp4') });
    await expect(missing.result).rejects.toMatchObject({ code: 'SOURCE_FILE_UNREADABLE' });
    await expect(gateway.run('test/size', { source: 1 }).result).rejects.toMatchObject({
      code: 'CAPABILITY_INPUT_INVALID',
    });
  });
});
