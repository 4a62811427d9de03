import { expect, it } from 'vitest';
import { Darkroom } from './darkroom.ts';

interface TestPicture {
  readonly key: string;
  readonly name: string;
  readonly most: () => number;
}

/** A darkroom that says which pictures it makes together. */
function open(most = 3) {
  const groups: string[][] = [];
  const darkroom = new Darkroom<TestPicture>((pictures) => {
    groups.push(pictures.map(({ name }) => name));
    return pictures.map(() => Promise.resolve());
  });
  const make = (...names: string[]) =>
    darkroom.make(
      async () => names.map((name) => ({ name, key: name[0] ?? '', most: () => most })),
      new AbortController().signal,
    );
  return { groups, make, darkroom };
}

it('makes pictures of one kind together, from each job in turn', async () => {
  const { groups, make } = open();
  await Promise.all([make('a1', 'a2', 'a3', 'a4'), make('a5'), make('b1', 'b2'), make('a6')]);
  expect(groups).toEqual([
    ['a1', 'a5', 'a6'],
    ['b1', 'b2'],
    ['a2', 'a3', 'a4'],
  ]);
});

it('makes as many at once as there is memory for', async () => {
  const { groups, make } = open(1);
  await make('a1', 'a2');
  expect(groups).toEqual([['a1'], ['a2']]);
});

it('goes on when a job can not be prepared', async () => {
  const { groups, make, darkroom } = open();
  const broken = darkroom.make(() => Promise.reject(new Error('no words')), new AbortController().signal);
  await expect(broken).rejects.toThrow('no words');
  await make('a1');
  expect(groups).toEqual([['a1']]);
});
