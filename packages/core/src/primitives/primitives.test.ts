import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AsyncQueue } from './async-queue.ts';
import { findBlobRefs } from './find-blob-refs.ts';
import { createJobId, isJobId } from './job-id.ts';
import { isPartName } from './part-name.ts';

describe('isPartName', () => {
  const segment = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,15}$/);

  it('takes up to 8 safe segments', () => {
    fc.assert(fc.property(fc.array(segment, { minLength: 1, maxLength: 8 }), (parts) => isPartName(parts.join('/'))));
  });

  it('never takes a name that leaves its folder or hides', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        if (isPartName(text)) expect(text).toMatch(/^(?!\/)(?!.*(^|\/)\.)[A-Za-z0-9._/-]{1,200}(?<!\/)$/);
      }),
    );
    for (const name of ['', '..', '../a', 'a/../b', '/a', 'a//b', 'a/', '.a', 'a\\b', 'a\0', 'a\n']) {
      expect(isPartName(name)).toBe(false);
    }
  });
});

describe('findBlobRefs', () => {
  it('finds each reference once, however deep', () => {
    const ref = fc.record({ $part: fc.string() });
    const tree = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        ref,
        fc.integer(),
        fc.array(tie('node')),
        fc.dictionary(fc.stringMatching(/^[a-z]+$/), tie('node')),
      ),
    })).node;
    fc.assert(
      fc.property(tree, (value) => {
        expect(findBlobRefs(value)).toHaveLength((JSON.stringify(value).match(/"\$part":/g) ?? []).length);
      }),
    );
  });
});

describe('createJobId', () => {
  it('makes ids that are job ids, each its own', () => {
    const ids = Array.from({ length: 1000 }, () => createJobId());
    expect(ids.every(isJobId)).toBe(true);
    expect(new Set(ids).size).toBe(1000);
  });

  it('makes ids that sort by their time', () => {
    const before = Date.now();
    const id = createJobId();
    const madeAt = Number.parseInt(id.slice('job_'.length, 'job_'.length + 12), 16);
    expect(id).toMatch(/^job_[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
    expect(madeAt).toBeGreaterThanOrEqual(before);
    expect(madeAt).toBeLessThanOrEqual(Date.now());
  });
});

describe('AsyncQueue', () => {
  it('gives every item in order, and never holds more than its limit', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer()), fc.integer({ min: 1, max: 8 }), async (items, limit) => {
        const queue = new AsyncQueue<number>({ limit });
        const produce = async () => {
          for (const item of items) {
            await queue.push(item);
            expect(queue.size).toBeLessThanOrEqual(limit);
          }
          queue.end();
        };
        const got: number[] = [];
        const consume = async () => {
          for await (const item of queue) got.push(item);
        };
        await Promise.all([produce(), consume()]);
        expect(got).toEqual(items);
      }),
    );
  });

  it('gives the items it holds before its error', async () => {
    const queue = new AsyncQueue<number>();
    void queue.push(1);
    queue.fail(new Error('gone'));
    const got: number[] = [];
    const consume = async () => {
      for await (const item of queue) got.push(item);
    };
    await expect(consume()).rejects.toThrow('gone');
    expect(got).toEqual([1]);
    expect(await queue.push(2)).toBe(false);
  });
});
