import { stripVTControlCharacters } from 'node:util';
import { ByocError } from '@byoc/core';
import { describe, expect, it } from 'vitest';
import { exitCodeOf } from './exit-code.ts';
import { formatTable } from './table.ts';

describe('exitCodeOf', () => {
  it('tells by its number what a script can do', () => {
    const codes = [
      new ByocError('INPUT_ARGUMENT_INVALID', { argument: 'x', reason: 'y' }),
      new ByocError('CONNECTION_FAILED', { address: 'a', reason: 'b' }),
      new ByocError('WORKER_BUSY', { slots: 1 }),
      new ByocError('INTERRUPTED', { signal: 'SIGINT' }),
      new Error('unexpected'),
    ].map(exitCodeOf);
    expect(codes).toEqual([2, 69, 75, 130, 1]);
  });
});

describe('formatTable', () => {
  it('lays out columns, numbers to the right', () => {
    const table = formatTable(
      ['NAME', 'FRAMES'],
      [
        ['1080p', 300],
        ['720p', 30],
      ],
    );
    const plain = stripVTControlCharacters(table);
    expect(plain).toBe('NAME   FRAMES\n1080p     300\n720p       30');
  });
});
