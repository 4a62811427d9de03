import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CallReader } from './call-reader.ts';

function start(options: { decode?: (bytes: Buffer) => string } = {}) {
  const stream = new Readable({ objectMode: true, read() {} });
  let left = 0;
  const reader = new CallReader<string>(stream, {
    decode: options.decode ?? String,
    onReturn: () => {
      left++;
    },
  });
  return { stream, reader, timesLeft: () => left };
}

describe('a call reader', () => {
  it('delivers what came before the end, whatever the timing, then the end', async () => {
    const step = fc.constantFrom('push', 'pull', 'turn');
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), fc.boolean(), async (steps, fails) => {
        const { stream, reader } = start();
        const pulls: Promise<IteratorResult<string>>[] = [];
        let pushed = 0;
        for (const next of steps) {
          if (next === 'push') stream.push(Buffer.from(String(pushed++)));
          else if (next === 'pull') pulls.push(reader.next());
          else await new Promise(setImmediate);
        }
        const error = new Error('lost');
        stream.push(null);
        reader.finish(fails ? { error } : {});
        while (pulls.length <= pushed) pulls.push(reader.next());
        const results = await Promise.allSettled(pulls);
        const values = results.flatMap((r) =>
          r.status === 'fulfilled' && r.value.done !== true ? [r.value.value] : [],
        );
        expect(values).toEqual(Array.from({ length: pushed }, (_, i) => String(i)));
        expect(results[pushed]).toMatchObject(
          fails ? { status: 'rejected', reason: error } : { status: 'fulfilled', value: { done: true } },
        );
      }),
    );
  });

  it('drops what waits when it is told to', async () => {
    const { stream, reader } = start();
    stream.push(Buffer.from('waits'));
    const reason = new Error('aborted');
    reader.finish({ error: reason }, { drop: true });
    await expect(reader.next()).rejects.toBe(reason);
    await expect(reader.next()).resolves.toEqual({ value: undefined, done: true });
  });

  it('ends a waiting read when it is told to', async () => {
    const { reader } = start();
    const waiting = reader.next();
    const reason = new Error('aborted');
    reader.finish({ error: reason }, { drop: true });
    await expect(waiting).rejects.toBe(reason);
  });

  it('leaves once when the loop is left', async () => {
    const { stream, reader, timesLeft } = start();
    stream.push(Buffer.from('a'));
    for await (const value of reader) {
      expect(value).toBe('a');
      break;
    }
    await reader.return();
    expect(timesLeft()).toBe(1);
  });

  it('leaves when a message can not be decoded', async () => {
    const { stream, reader, timesLeft } = start({
      decode: () => {
        throw new Error('bad bytes');
      },
    });
    stream.push(Buffer.from('a'));
    await expect(reader.next()).rejects.toThrow('bad bytes');
    expect(timesLeft()).toBe(1);
    expect(await reader.next()).toEqual({ value: undefined, done: true });
  });

  it('does not read ahead without bound', async () => {
    let made = 0;
    const stream = new Readable({
      objectMode: true,
      read() {
        this.push(Buffer.from(String(made++)));
      },
    });
    const reader = new CallReader<string>(stream, { decode: String, onReturn: () => stream.destroy() });
    for (let i = 0; i < 5; i++) await reader.next();
    await new Promise(setImmediate);
    expect(made).toBeLessThan(40);
    await reader.return();
  });
});
