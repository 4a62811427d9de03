import { expect, it } from 'vitest';
import { installRequestSchema, priceRequestSchema } from './admin-views.ts';

const parse = (environment: Record<string, string>) =>
  installRequestSchema.safeParse({ source: { type: 'folder', path: '/p' }, environment });

it('takes any variable that a program can be given', () => {
  const environment = { DEMO_LIMIT: '7', _a: '', B: "'; rm -rf = \n" };
  expect(parse(environment).data?.environment).toEqual(environment);
});

it.each([
  ['BYOC_WORKER_ADDRESS', 'x', 'the host sets this one itself'],
  ['BYOC_JOBS_PATH', 'x', 'the host sets this one itself'],
  ['a-b', 'x', 'a variable has a name of letters, digits and _'],
  ['A', 'x\0y', 'a value has no zero byte'],
])('refuses the variable %s=%j', (name, value, reason) => {
  expect(parse({ [name]: value }).error?.issues[0]).toMatchObject({ path: ['environment', name], message: reason });
});

it('takes a price for all, for one capability, and none for one that costs what the others do', () => {
  const price = { list: '1 wei' };
  expect(priceRequestSchema.parse({ price })).toEqual({ price });
  expect(priceRequestSchema.parse({ price, capability: 'a/b' })).toEqual({ price, capability: 'a/b' });
  expect(priceRequestSchema.parse({ price: null, capability: 'a/b' })).toEqual({ price: undefined, capability: 'a/b' });
  for (const body of [{ price: null }, {}, { capability: 'a/b' }])
    expect(priceRequestSchema.safeParse(body).success).toBe(false);
});
