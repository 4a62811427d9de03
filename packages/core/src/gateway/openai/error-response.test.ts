import { expect, it } from 'vitest';
import { ByocError } from '../../errors/byoc-error.ts';
import { errorResponse } from './error-response.ts';

const queueFull = () => new ByocError('QUEUE_FULL', { plugin: 'llm', waiting: 4 });

it('says an error in the shape of OpenAI, with the code of the catalogue', async () => {
  const response = errorResponse(queueFull());
  expect([response.status, await response.json()]).toEqual([
    429,
    {
      error: {
        message:
          'Plugin llm is busy and its queue is full: 4 jobs wait already. Choose another offer, or try again later.',
        ...{ type: 'rate_limit_error', param: null, code: 'QUEUE_FULL', recovery: 'retry-other' },
        hint: 'Choose another offer, or try again later.',
        docs: expect.stringContaining('#queue_full'),
        facts: { plugin: 'llm', waiting: 4 },
      },
    },
  ]);
});

it('lets clients try again only where that can help and costs nothing', () => {
  const retry = (error: unknown) => errorResponse(error).headers.get('x-should-retry');
  expect(retry(queueFull())).toBe('true');
  expect(retry(new ByocError('QUEUE_FULL', { plugin: 'llm', waiting: 4 }, { charged: { amountWei: '7' } }))).toBe(
    'false',
  );
  expect(
    retry(new ByocError('NO_OFFER_MATCHES', { capability: 'a/b', offered: 0, removed: [], unreachable: [] })),
  ).toBe('false');
});

it('hides what it does not know', async () => {
  expect(await errorResponse(new Error('a secret')).text()).not.toContain('secret');
});

it('names a wrong field as OpenAI does', async () => {
  const issues = [{ path: '/messages/0/toolCalls/1/id', message: 'is required' }];
  const body: unknown = await errorResponse(
    new ByocError('CAPABILITY_INPUT_INVALID', { capability: 'text/chat', issues }),
  ).json();
  expect(body).toMatchObject({ error: { param: 'messages[0].tool_calls[1].id' } });
});
