import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByocError, isByocError } from '../../errors/byoc-error.ts';
import { type CallerFrame, CHUNK_BYTES_MAX, type JobFrame, JSON_BYTES_MAX } from '../frames.ts';
import { JobFrame as JobFrameMessage } from '../gen/byoc/job/v1/job.ts';
import { RunJobResponse } from '../gen/byoc/worker/v1/worker.ts';
import { orchestratorMethods } from '../orchestrator/orchestrator-methods.ts';
import { workerMethods } from '../worker/worker-methods.ts';

const context = { jobId: 'job_12345678', peer: 'test' };
const bytes = fc.uint8Array({ maxLength: 64 });
const part = fc.constantFrom('a', 'hls/master.m3u8', 'x-1.bin');
const text = fc.string({ unit: 'grapheme', maxLength: 20 });
const count = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const meters = fc.dictionary(fc.constantFrom('pixels', 'tokens'), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }));
const chunk = fc.record({ type: fc.constant('chunk' as const), part, data: bytes, last: fc.boolean() });

const openFrame = fc.record({
  type: fc.constant('open' as const),
  jobId: fc.stringMatching(/^[A-Za-z0-9_-]{8,64}$/),
  capability: text,
  inputJson: bytes,
  deadline: fc.integer({ min: 0, max: 8_640_000_000_000_000 }),
  traceparent: text,
  onDisconnect: fc.constantFrom('cancel' as const, 'continue' as const),
  stagedParts: fc.array(fc.record({ name: part, uri: text, file: part, sizeBytes: count, mediaType: text }), {
    maxLength: 3,
  }),
});
const callerFrame: fc.Arbitrary<CallerFrame> = fc.oneof(
  openFrame,
  chunk,
  fc.record({ type: fc.constant('update' as const), paramsJson: bytes }),
  fc.constant({ type: 'end' as const }),
);
const jobFrame: fc.Arbitrary<JobFrame> = fc
  .tuple(
    count,
    fc.oneof(
      fc.record({ type: fc.constant('accepted' as const), capability: text }),
      fc.record({
        type: fc.constant('progress' as const),
        progress: fc.record(
          { fraction: fc.double({ min: 0, max: 1, noNaN: true }), stage: fc.constant('encode') },
          { requiredKeys: [] },
        ),
      }),
      fc.record({ type: fc.constant('event' as const), eventJson: bytes }),
      chunk,
      fc.record({ type: fc.constant('usage' as const), usage: meters }),
      fc.record({
        type: fc.constant('result' as const),
        outputJson: bytes,
        usage: meters,
        parts: fc.array(fc.record({ name: part, sizeBytes: count, sha256: text, mediaType: text }), { maxLength: 3 }),
      }),
    ),
  )
  .map(([sequence, body]) => ({ sequence, ...body }) as JobFrame);

describe('the frame codecs', () => {
  it('give back every caller frame', () => {
    fc.assert(
      fc.property(callerFrame, (frame) => {
        const codec = workerMethods.runJob.request;
        expect(codec.decode(codec.encode(frame), context)).toEqual(frame);
      }),
    );
  });

  it('give back every array of job frames', () => {
    fc.assert(
      fc.property(fc.array(jobFrame, { maxLength: 4 }), (frames) => {
        const codec = workerMethods.runJob.response;
        expect(codec.decode(codec.encode(frames), context)).toEqual(frames);
      }),
    );
  });

  it('give back an error frame with its facts', () => {
    const codec = workerMethods.runJob.response;
    const error = new ByocError('JOB_REPLAY_GONE', { jobId: 'job_12345678', afterSequence: 3, oldestSequence: 9 });
    const [frame] = codec.decode(codec.encode([{ sequence: 4, type: 'error', error }]), context);
    expect(frame).toMatchObject({ type: 'error', error: { code: 'JOB_REPLAY_GONE', facts: error.facts } });
  });

  it('give back the frames of an orchestrator and of a gateway', () => {
    const up = orchestratorMethods.runJob.request;
    const down = orchestratorMethods.runJob.response;
    fc.assert(
      fc.property(openFrame, fc.bigInt({ min: 0n, max: 2n ** 200n }), bytes, (open, wei, data) => {
        const frame = {
          type: 'open-job' as const,
          open: { ...open, stagedParts: [] },
          jobSecret: new Uint8Array(16),
          contractDigest: '',
          payment: { provider: 'free', maxCostWei: wei, data, receipt: wei % 2n === 0n },
          uploads: [{ name: 'a', sizeBytes: 5, mediaType: '', inboxFile: 'a'.repeat(32), sha256: '' }],
        };
        expect(up.decode(up.encode(frame), context)).toEqual(frame);
        const frames = [
          { type: 'queued' as const, position: 1, awaitedParts: ['a'] },
          { type: 'payment-required' as const, data, coverWei: wei },
          { type: 'receipt' as const, receiptJson: data, signature: data },
        ];
        expect(down.decode(down.encode(frames), context)).toEqual(frames);
      }),
    );
  });

  const decoders = [...Object.values(workerMethods), ...Object.values(orchestratorMethods)].flatMap((method) => [
    method.request,
    method.response,
  ]);

  function decodeCalmly(input: Uint8Array): void {
    for (const codec of decoders) {
      try {
        codec.decode(input, context);
      } catch (error) {
        if (!isByocError(error, 'FRAME_MALFORMED') && !isByocError(error, 'FRAME_TOO_LARGE')) throw error;
      }
    }
  }

  it('throw only catalogued errors on random bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), decodeCalmly), { numRuns: 500 });
  });

  it('throw only catalogued errors on mutated and truncated messages', () => {
    const valid = fc.oneof(
      callerFrame.map((frame) => workerMethods.runJob.request.encode(frame)),
      fc.array(jobFrame, { maxLength: 3 }).map((frames) => workerMethods.runJob.response.encode(frames)),
    );
    const mutated = fc
      .tuple(valid, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 5 }), fc.nat(), fc.boolean())
      .map(([message, changes, end, truncate]) => {
        const copy = Uint8Array.from(message);
        for (const [at, value] of changes) if (copy.length > 0) copy[at % copy.length] = value;
        return truncate ? copy.subarray(0, end % (copy.length + 1)) : copy;
      });
    fc.assert(fc.property(mutated, decodeCalmly), { numRuns: 500 });
  });

  function codeOf(act: () => unknown): string {
    try {
      act();
    } catch (error) {
      return isByocError(error) ? (error.message.split('\n')[0] ?? '') : String(error);
    }
    return 'no error';
  }

  it('refuse a sequence number above 2^53', () => {
    const message = RunJobResponse.encode({
      frames: [
        JobFrameMessage.decode(
          JobFrameMessage.encode({
            sequence: 2n ** 53n,
            frame: { $case: 'accepted', value: { capability: 'a/b@1.0.0' } },
          }).finish(),
        ),
      ],
    }).finish();
    expect(codeOf(() => workerMethods.runJob.response.decode(message, context))).toMatchInlineSnapshot(
      `"Job job_12345678: a frame could not be read: sequence 9007199254740992 is above 2^53 - 1."`,
    );
  });

  it('refuse what is over a limit, on both sides', () => {
    const { request, response } = workerMethods.runJob;
    const big = { type: 'chunk' as const, part: 'a', data: new Uint8Array(CHUNK_BYTES_MAX + 1), last: true };
    expect(codeOf(() => request.encode(big))).toMatchInlineSnapshot(
      `"The protocol: a frame of 1048577 bytes is over the limit of 1048576 bytes."`,
    );
    expect(
      codeOf(() => response.encode([{ sequence: 1, type: 'event', eventJson: new Uint8Array(JSON_BYTES_MAX + 1) }])),
    ).toMatchInlineSnapshot(`"The protocol: a frame of 2097153 bytes is over the limit of 2097152 bytes."`);
    expect(codeOf(() => request.decode(new Uint8Array(4 * 1024 * 1024 + 1), context))).toMatchInlineSnapshot(
      `"Job job_12345678: a frame of 4194305 bytes is over the limit of 4194304 bytes."`,
    );
  });

  it('refuse unsafe names, bad ids, missing deadlines and unknown frames', () => {
    const { request } = workerMethods.runJob;
    const chunkOf = (name: string) =>
      request.encode({ type: 'chunk', part: name, data: new Uint8Array(1), last: true });
    expect(codeOf(() => request.decode(chunkOf('../etc/passwd'), context))).toMatchInlineSnapshot(
      `"Job job_12345678: a frame could not be read: a chunk has an unsafe part name."`,
    );
    expect(codeOf(() => request.decode(new Uint8Array(0), context))).toMatchInlineSnapshot(
      `"Job job_12345678: a frame could not be read: it holds no frame that this version knows."`,
    );
    // frame 1 { open 1 { job_id 1: "short" } }
    const short = Uint8Array.from([10, 9, 10, 7, 10, 5, ...new TextEncoder().encode('short')]);
    expect(codeOf(() => request.decode(short, context))).toMatchInlineSnapshot(
      `"The protocol: a frame could not be read: the job id is not 8 to 64 of [A-Za-z0-9_-]."`,
    );
    const noDeadline = Uint8Array.from([10, 12, 10, 10, 10, 8, ...new TextEncoder().encode('job_1234')]);
    expect(codeOf(() => request.decode(noDeadline, context))).toMatchInlineSnapshot(
      `"Job job_1234: a frame could not be read: it has no deadline."`,
    );
  });

  it('refuse a meter that 64 bits do not hold', () => {
    const encode = (total: bigint) => () =>
      workerMethods.runJob.response.encode([{ sequence: 1, type: 'usage', usage: { pixels: total } }]);
    expect(codeOf(encode(-1n))).toMatchInlineSnapshot(
      `"The protocol: a frame could not be read: meter pixels has the total -1."`,
    );
    expect(codeOf(encode(2n ** 64n))).toMatchInlineSnapshot(
      `"The protocol: a frame could not be read: meter pixels has the total 18446744073709551616."`,
    );
  });
});
