import { afterEach, describe, expect, it } from 'vitest';
import { faulty } from '../fixtures/faulty-plugin/plugin.ts';
import { errorOf, type FaultyHost, startFaultyHost, until } from './start-faulty-host.ts';

describe('a worker whose start fails', () => {
  let host: FaultyHost;
  afterEach(async () => {
    await host.close();
    expect(await host.workers()).toEqual([]);
  });

  async function expectRefusal(fault: string, code: string, text: RegExp): Promise<void> {
    const error = await errorOf(host.install(fault));
    expect(error?.code).toBe(code);
    expect(`${error?.shortMessage} ${JSON.stringify(error?.facts)}`).toMatch(text);
    expect(host.orchestrator.plugins.list()).toEqual([]);
    await until(async () => host.gateway.query({ capability: 'test/faulty' }).length === 0);
    await until(async () => (await host.workers()).length === 0);
    expect(await host.left()).toEqual([]);
  }

  it.each([
    ['setup-throws', 'WORKER_SETUP_FAILED', /the model is broken/],
    ['crash', 'WORKER_START_FAILED', /a library is missing/],
  ])('by %s is refused at install with %s, and leaves nothing', async (fault, code, text) => {
    host = await startFaultyHost();
    await expectRefusal(fault, code, text);
    // What was mended can be installed.
    await host.install();
    expect((await host.gateway.run(faulty, {}).result).output).toEqual({ done: true });
  });

  it('by a setup that hangs is refused at install with WORKER_NEVER_READY, and leaves nothing', async () => {
    host = await startFaultyHost({ readyWithinMs: 4000, stopGraceMs: 4000 });
    await expectRefusal('setup-hangs', 'WORKER_NEVER_READY', /not ready after 4000 ms/);
  });
});
