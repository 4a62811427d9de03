import { connectWorker, serveWorkerService } from '@byoc/core/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { fakeWorkerService } from './fake-services.ts';
import { collect, framesOf, open } from './job-frames.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

describe('a worker over TCP', () => {
  it('refuses a call without its secret', async () => {
    const served = await serveWorkerService(fakeWorkerService(), {
      address: { type: 'tcp', host: '127.0.0.1', port: 0, secret: 'right-secret' },
    });
    if (served.address.type !== 'tcp') throw new Error('expected tcp');
    const right = connectWorker(served.address);
    const wrong = connectWorker({ ...served.address, secret: 'wrong-secret' });
    closers.push(
      () => served.close(),
      () => right.close(),
      () => wrong.close(),
    );
    expect(served.address.port).toBeGreaterThan(0);
    await expect(right.getInfo()).resolves.toMatchObject({ name: 'fake' });
    await expect(wrong.getInfo()).rejects.toMatchObject({ code: 'WORKER_SECRET_INVALID' });
    await expect(collect(wrong.runJob(framesOf(open)))).rejects.toMatchObject({ code: 'WORKER_SECRET_INVALID' });
  });

  it('says which address is taken', async () => {
    const first = await serveWorkerService(fakeWorkerService(), {
      address: { type: 'tcp', host: '127.0.0.1', port: 0, secret: 's' },
    });
    closers.push(() => first.close());
    await expect(serveWorkerService(fakeWorkerService(), { address: first.address })).rejects.toMatchObject({
      code: 'LISTEN_FAILED',
    });
  });
});
