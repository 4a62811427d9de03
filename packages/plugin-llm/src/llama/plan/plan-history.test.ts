import { describe, expect, it } from 'vitest';
import { leaveOutOldest } from './leave-out-oldest.ts';
import { planHistory } from './plan-history.ts';

const call = { id: 'c1', name: 'add', arguments: '{"a":1}' };

describe('planHistory', () => {
  it('makes one answer of calls, their results and what was said then', () => {
    const history = planHistory([
      { role: 'system', content: 'Be brief.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'One and ' },
          { type: 'text', text: 'one?' },
        ],
      },
      { role: 'assistant', reasoning: 'Add them.', toolCalls: [call] },
      { role: 'tool', toolCallId: 'c1', content: '2' },
      { role: 'assistant', content: 'Two.' },
      { role: 'user', content: 'Thanks' },
    ]);
    expect(history).toEqual([
      { type: 'system', text: 'Be brief.' },
      { type: 'user', text: 'One and one?' },
      {
        type: 'model',
        response: [
          { type: 'segment', segmentType: 'thought', text: 'Add them.', ended: true },
          { type: 'functionCall', name: 'add', params: { a: 1 }, result: '2', startsNewChunk: true },
          'Two.',
        ],
      },
      { type: 'user', text: 'Thanks' },
      { type: 'model', response: [] },
    ]);
  });

  it('goes on after the results of tools', () => {
    const history = planHistory([
      { role: 'user', content: 'One and one?' },
      { role: 'assistant', toolCalls: [{ ...call, arguments: '{"a":' }] },
      { role: 'tool', toolCallId: 'c1', content: '2' },
    ]);
    expect(history).toHaveLength(2);
    expect(history[1]).toMatchObject({ type: 'model', response: [{ params: '{"a":', result: '2' }] });
  });
});

describe('leaveOutOldest', () => {
  const user = (content: string) => ({ role: 'user' as const, content });
  const said = (content: string) => ({ role: 'assistant' as const, content });
  const system = { role: 'system' as const, content: 'Be brief.' };

  it('leaves out whole turns, the oldest first, and never the system or the last word', () => {
    const all = [system, user('1'), said('a'), user('2'), said('b'), user('3')];
    const fewer = leaveOutOldest(all);
    expect(fewer).toEqual([system, user('2'), said('b'), user('3')]);
    expect(leaveOutOldest(fewer ?? [])).toEqual([system, user('3')]);
    expect(leaveOutOldest([system, user('3')])).toBeUndefined();
  });

  it('keeps tool calls with the question that led to them', () => {
    const turn = [user('3'), { role: 'assistant' as const, toolCalls: [call] }];
    expect(leaveOutOldest([user('1'), said('a'), ...turn])).toEqual(turn);
    expect(leaveOutOldest(turn)).toBeUndefined();
  });
});
