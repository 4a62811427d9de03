import { expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { defineCapability } from '../capability/define-capability.ts';
import { blob } from '../primitives/blob-ref.ts';
import { fileBlob } from './blobs/file-blob.ts';
import { createGateway, type Gateway } from './create-gateway.ts';
import type { JobResult, RunFrame } from './job/job.ts';

const capability = defineCapability({
  name: 'a/full',
  version: '1.0.0',
  input: z.object({ source: blob(), list: z.array(blob()).optional(), times: z.number().default(1) }),
  output: z.object({ bytes: z.number() }),
  event: z.object({ step: z.number() }),
  update: z.object({ speed: z.number() }),
  meters: {},
});
const gateway: Gateway = createGateway({ sources: [] });

test('a typed job has the types of its capability', () => {
  const job = gateway.run(capability, { source: fileBlob('a') });
  expectTypeOf(job.result).resolves.toExtend<JobResult<{ bytes: number }>>();
  expectTypeOf(job).toExtend<AsyncIterable<RunFrame<{ step: number }>>>();
  expectTypeOf(job.update).parameter(0).toEqualTypeOf<{ speed: number }>();
});

test('bytes go wherever the input names them, and nothing else does', () => {
  gateway.run(capability, { source: fileBlob('a'), list: [fileBlob('b'), { $part: 'c' }] });
  // @ts-expect-error: a path alone is no blob
  gateway.run(capability, { source: 'a.mp4' });
  // @ts-expect-error: bytes are not a number
  gateway.run(capability, { source: fileBlob('a'), times: fileBlob('b') });
  // @ts-expect-error: `source` is missing
  gateway.run(capability, {});
});

test('a job by reference takes anything and gives unknown', () => {
  const job = gateway.run('a/full@^1', { anything: true });
  expectTypeOf(job.result).resolves.toExtend<JobResult<unknown>>();
});
