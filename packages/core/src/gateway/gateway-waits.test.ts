import { expect, it } from 'vitest';
import { ByocError } from '../errors/byoc-error.ts';
import type { OrchestratorService } from '../protocol/orchestrator-service.ts';
import { createManualClock } from '../testing/create-manual-clock.ts';
import { bytesBlob } from './blobs/bytes-blob.ts';
import { createGateway } from './create-gateway.ts';
import type { Connect } from './orchestrator-link.ts';
import { capability, json, offer, orchestrator, type Run } from './stand-in-orchestrator.ts';
import { staticSource } from './static-source.ts';

const never = () => new Promise<never>(() => {});
const input = () => ({ source: bytesBlob(new Uint8Array(5)) });

/** A gateway to `https://a` on a clock that stands still. */
function setUp(connect: Connect) {
  const clock = createManualClock();
  const gateway = createGateway({ sources: [staticSource(['https://a'])], connect, clock, random: () => 0 });
  const lost: string[] = [];
  gateway.offers.on('orchestrator-lost', ({ reason }) => lost.push(reason));
  return { clock, gateway, lost };
}

/** What a promise has come to by now. */
function watch<T>(promise: Promise<T>) {
  const seen: { value?: T; error?: ByocError } = {};
  promise.then(
    (value) => Object.assign(seen, { value }),
    (error: unknown) => Object.assign(seen, { error }),
  );
  return seen;
}

it('gives up a connection attempt after 10 s, and tries again after a pause that doubles', async () => {
  const tries: number[] = [];
  const { clock, gateway, lost } = setUp(() => {
    tries.push(clock.now());
    return never();
  });
  await clock.advance(9_999);
  expect(lost).toEqual([]);
  await clock.advance(1);
  expect(lost).toEqual(['no answer within 10000 ms']);
  await clock.advance(20_500);
  // 10 s an attempt, then 50 % of 200 ms and of 400 ms.
  expect(tries).toEqual([0, 10_100, 20_300]);
  await gateway.close();
});

it('lets a job wait 10 s for an orchestrator that has not answered yet, then says that nobody offers it', async () => {
  const { clock, gateway } = setUp(never);
  const seen = watch(gateway.run(capability, input()).result);
  await clock.advance(9_999);
  expect(seen).toEqual({});
  await clock.advance(1);
  expect(seen.error?.code).toBe('NO_OFFER_MATCHES');
  await gateway.close();
});

it('runs a job as soon as the orchestrator it waits for has answered', async () => {
  const connected = Promise.withResolvers<ReturnType<typeof orchestrator>>();
  const { clock, gateway } = setUp(() => connected.promise);
  const { result } = gateway.run(capability, input());
  await clock.advance(5_000);
  connected.resolve(orchestrator('https://a'));
  expect((await result).output).toEqual({ bytes: 5 });
  await gateway.close();
});

it('lets a job wait 2 s for an orchestrator that was lost a moment ago', async () => {
  const gone = Promise.withResolvers<never>();
  let up = true;
  const watchOffers: OrchestratorService['watchOffers'] = async function* () {
    yield { snapshot: true, upserted: [offer], removedOfferIds: [] };
    await gone.promise;
  };
  const { clock, gateway } = setUp(async () => {
    if (up) return orchestrator('https://a', { watchOffers });
    throw new ByocError('CONNECTION_FAILED', { address: 'https://a', reason: 'refused' });
  });
  await gateway.ready();
  up = false;
  gone.reject(new ByocError('CONNECTION_LOST', { address: 'https://a', reason: 'test' }));
  await clock.advance(0);
  expect(gateway.query()).toEqual([]);
  const seen = watch(gateway.run(capability, input()).result);
  await clock.advance(1_999);
  expect(seen).toEqual({});
  await clock.advance(1);
  expect(seen.error?.code).toBe('NO_OFFER_MATCHES');
  await gateway.close();
});

it('tries an orchestrator that is lost for long at once when a job wants it', async () => {
  const gone = Promise.withResolvers<never>();
  let up = true;
  const tries: number[] = [];
  const watchOffers: OrchestratorService['watchOffers'] = async function* (_, options) {
    yield { snapshot: true, upserted: [offer], removedOfferIds: [] };
    await Promise.race([gone.promise, new Promise((_, no) => options?.signal?.addEventListener('abort', no))]);
  };
  const { clock, gateway } = setUp(async () => {
    tries.push(clock.now());
    if (up) return orchestrator('https://a', tries.length > 1 ? {} : { watchOffers });
    throw new ByocError('CONNECTION_FAILED', { address: 'https://a', reason: 'refused' });
  });
  await gateway.ready();
  up = false;
  gone.reject(new ByocError('CONNECTION_LOST', { address: 'https://a', reason: 'test' }));
  await clock.advance(60_000);
  const before = tries.length;
  const refused = watch(gateway.run(capability, input()).result);
  await clock.advance(0);
  expect(refused.error?.code).toBe('NO_OFFER_MATCHES');
  expect(tries.slice(before)).toEqual([60_000]);
  // Jobs a moment later share the next try, 200 ms after the last.
  up = true;
  const served = [1, 2, 3].map(() => watch(gateway.run(capability, input()).result));
  await clock.advance(199);
  expect(tries).toHaveLength(before + 1);
  await clock.advance(1);
  expect(served.map(({ value }) => value?.output)).toEqual(Array.from({ length: 3 }, () => ({ bytes: 5 })));
  expect(tries.slice(before)).toEqual([60_000, 60_200]);
  await gateway.close();
});

it('ends a job at its deadline to the millisecond, though the orchestrator is silent', async () => {
  const silent: Run = async function* () {
    yield [{ sequence: 1, type: 'accepted', capability: capability.reference }];
    await never();
  };
  const { clock, gateway } = setUp(async () => orchestrator('https://a', { runJob: silent }));
  await gateway.ready();
  const seen = watch(gateway.run(capability, input(), { deadlineMs: 60_000 }).result);
  await clock.advance(59_999);
  expect(seen).toEqual({});
  await clock.advance(1);
  expect(seen.error?.code).toBe('JOB_DEADLINE_EXCEEDED');
  await gateway.close();
});

it('attaches again with growing pauses while the orchestrator does not answer, until the deadline', async () => {
  const asked: number[] = [];
  const broken: Run = async function* () {
    yield [{ sequence: 1, type: 'accepted', capability: capability.reference }];
    throw new ByocError('CONNECTION_LOST', { address: 'https://a', reason: 'test' });
  };
  const attachJob: OrchestratorService['attachJob'] = () => {
    asked.push(clock.now());
    throw new ByocError('CONNECTION_FAILED', { address: 'https://a', reason: 'refused' });
  };
  const { clock, gateway } = setUp(async () => orchestrator('https://a', { runJob: broken, attachJob }));
  await gateway.ready();
  const seen = watch(gateway.run(capability, input(), { deadlineMs: 10_000 }).result);
  await clock.advance(10_000);
  // Half of 100, 200, 400 … ms, at most half of 3 s.
  expect(asked).toEqual([50, 150, 350, 750, 1_550, 3_050, 4_550, 6_050, 7_550, 9_050]);
  expect(seen.error?.code).toBe('JOB_DEADLINE_EXCEEDED');
  await gateway.close();
});

it('starts its pauses anew after frames have come', async () => {
  const asked: number[] = [];
  let sequence = 1;
  const lost = () => new ByocError('CONNECTION_LOST', { address: 'https://a', reason: 'test' });
  const broken: Run = async function* () {
    yield [{ sequence: 1, type: 'accepted', capability: capability.reference }];
    throw lost();
  };
  const attachJob: OrchestratorService['attachJob'] = async function* () {
    asked.push(clock.now());
    sequence += 1;
    if (sequence === 4) yield [{ sequence, type: 'result', outputJson: json({ bytes: 5 }), usage: {}, parts: [] }];
    else yield [{ sequence, type: 'event', eventJson: json({ step: sequence }) }];
    throw lost();
  };
  const { clock, gateway } = setUp(async () => orchestrator('https://a', { runJob: broken, attachJob }));
  await gateway.ready();
  const seen = watch(gateway.run(capability, input()).result);
  await clock.advance(1_000);
  expect(seen.value?.output).toEqual({ bytes: 5 });
  expect(asked).toEqual([50, 150, 250]);
  await gateway.close();
});
