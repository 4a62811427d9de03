import { isByocError } from '@byoc/core';
import { expect, it } from 'vitest';
import { parseResources, type ResourceArguments } from './parse-resources.ts';

const none: ResourceArguments = { cpus: undefined, memory: undefined, gpus: undefined };

it.each([
  [{}, undefined],
  [{ cpus: 2.5 }, { cpu: 2.5 }],
  [{ memory: '16g' }, { memoryBytes: 16 * 1024 ** 3 }],
  [{ memory: '1.5GiB' }, { memoryBytes: 1.5 * 1024 ** 3 }],
  [{ memory: '512M' }, { memoryBytes: 512 * 1024 ** 2 }],
  [{ gpus: 'all' }, { gpus: 'all' }],
  [{ gpus: '0' }, { gpus: 0 }],
  [{ gpus: 'device=0,GPU-1a2b' }, { gpus: ['0', 'GPU-1a2b'] }],
])('reads %j', (given, expected) => {
  expect(parseResources({ ...none, ...given })).toEqual(expected);
});

it.each([
  [{ cpus: 0 }, '--cpus 0'],
  [{ cpus: Number.NaN }, '--cpus NaN'],
  [{ memory: '16' }, '--memory 16'],
  [{ memory: '1k' }, '--memory 1k'],
  [{ memory: 'much' }, '--memory much'],
  [{ gpus: 'some' }, '--gpus some'],
  [{ gpus: '1000' }, '--gpus 1000'],
  [{ gpus: 'device=/dev/sda' }, '--gpus device=/dev/sda'],
])('refuses %j by its name', (given, argument) => {
  try {
    parseResources({ ...none, ...given });
  } catch (error) {
    if (isByocError(error, 'INPUT_ARGUMENT_INVALID')) return expect(error.facts.argument).toBe(argument);
    throw error;
  }
  throw new Error('it was taken');
});
