import { expect, it } from 'vitest';
import { ModelShelf } from './model-shelf.ts';

function shelfOf(sizes: Record<string, number>, memoryBytes: number) {
  const events: string[] = [];
  const shelf = new ModelShelf({
    files: Object.keys(sizes).map((name) => ({ name })),
    memoryBytes,
    measure: async ({ name }) => sizes[name] ?? 0,
    load: async ({ name }) => {
      events.push(`+${name}`);
      return {
        ...{ name, memoryBytes: sizes[name] ?? 0, users: 0, usedAt: 0 },
        async close() {
          events.push(`-${name}`);
        },
      };
    },
    onChange() {},
  });
  return { shelf, events };
}

it('loads a model once, however many ask for it together', async () => {
  const { shelf, events } = shelfOf({ a: 1 }, 10);
  await Promise.all([
    shelf.use('a', async () => {}),
    shelf.use('a', async () => {}),
    shelf.use(undefined, async () => {}),
  ]);
  expect(events).toEqual(['+a']);
});

it('makes room with the idle model that was not used for longest', async () => {
  const { shelf, events } = shelfOf({ a: 4, b: 4, c: 4 }, 8);
  for (const name of ['a', 'b', 'a', 'c']) await shelf.use(name, async () => {});
  expect(events).toEqual(['+a', '+b', '-b', '+c']);
});

it('refuses a model while those that answer hold the memory', async () => {
  const { shelf, events } = shelfOf({ a: 6, b: 6 }, 8);
  await shelf.use('a', async () => {
    await expect(shelf.use('b', async () => {})).rejects.toMatchObject({
      reason: 'memory-taken',
      recovery: 'retry-same',
    });
  });
  await shelf.use('b', async () => {});
  expect(events).toEqual(['+a', '-a', '+b']);
});

it('names the models that there are when it is asked for another', async () => {
  const { shelf } = shelfOf({ a: 1, b: 1 }, 8);
  await expect(shelf.take('z')).rejects.toThrow('Model "z" is not served here; these are: a, b.');
});
