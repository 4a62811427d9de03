import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByocError, isByocError } from '../../errors/byoc-error.ts';
import type { CallerFrame, JobFrame, JobFrameBody } from '../frames.ts';
import { createCallerFrameMachine } from './create-caller-frame-machine.ts';
import { createJobFrameMachine } from './create-job-frame-machine.ts';

const none = new Uint8Array(0);
const open: CallerFrame = {
  type: 'open',
  jobId: 'job_12345678',
  capability: 'a/b@1.0.0',
  inputJson: none,
  deadline: 1,
  traceparent: '',
  onDisconnect: 'cancel',
  stagedParts: [],
};
const chunk = (part: string, last: boolean) => ({ type: 'chunk' as const, part, data: none, last });
const update: CallerFrame = { type: 'update', paramsJson: none };
const end: CallerFrame = { type: 'end' };

/** The text of the first refusal, or `fine`. */
function feed<F>(machine: { accept(frame: F): void }, frames: readonly F[]): string {
  try {
    for (const frame of frames) machine.accept(frame);
  } catch (error) {
    return isByocError(error) ? error.shortMessage : String(error);
  }
  return 'fine';
}

describe('the caller frame machine', () => {
  it.each<[string, CallerFrame[], string]>([
    ['takes a whole job', [open, chunk('a', false), chunk('b', true), chunk('a', true), update, end], 'fine'],
    [
      'refuses a chunk first',
      [chunk('a', true)],
      'Job job_12345678: frame `chunk` came where it is not allowed: `open` must be first.',
    ],
    ['refuses end first', [end], 'Job job_12345678: frame `end` came where it is not allowed: `open` must be first.'],
    [
      'refuses a second open',
      [open, open],
      'Job job_12345678: frame `open` came where it is not allowed: the job is open already.',
    ],
    [
      'refuses a chunk after the last',
      [open, chunk('a', true), chunk('a', false)],
      'Job job_12345678: frame `chunk` came where it is not allowed: part a had its last chunk.',
    ],
    [
      'refuses anything after end',
      [open, end, update],
      'Job job_12345678: frame `update` came where it is not allowed: the caller had sent `end`.',
    ],
    [
      'refuses a second end',
      [open, end, end],
      'Job job_12345678: frame `end` came where it is not allowed: the caller had sent `end`.',
    ],
  ])('%s', (_, frames, expected) => {
    expect(feed(createCallerFrameMachine({ jobId: 'job_12345678' }), frames)).toBe(expected);
  });

  it('takes exactly the sequences that the rules allow', () => {
    const frame = fc.constantFrom<CallerFrame>(open, chunk('a', false), chunk('a', true), update, end);
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 8 }), (frames) => {
        const lastAt = frames.findIndex((f) => f.type === 'chunk' && f.last);
        const endAt = frames.indexOf(end);
        const legal =
          frames.length === 0 ||
          (frames[0] === open &&
            !frames.slice(1).includes(open) &&
            (endAt === -1 || endAt === frames.length - 1) &&
            (lastAt === -1 || !frames.slice(lastAt + 1).some((f) => f.type === 'chunk')));
        expect(feed(createCallerFrameMachine(), frames) === 'fine').toBe(legal);
      }),
    );
  });
});

const accepted: JobFrameBody = { type: 'accepted', capability: 'a/b@1.0.0' };
const progress: JobFrameBody = { type: 'progress', progress: {} };
const usage = (pixels: bigint): JobFrameBody => ({ type: 'usage', usage: { pixels } });
const result = (pixels: bigint): JobFrameBody => ({ type: 'result', outputJson: none, usage: { pixels }, parts: [] });
const error: JobFrameBody = { type: 'error', error: new ByocError('JOB_NOT_FOUND', { jobId: 'job_12345678' }) };
const number = (bodies: readonly JobFrameBody[], after = 0): JobFrame[] =>
  bodies.map((body, i) => ({ sequence: after + i + 1, ...body }));

describe('the job frame machine', () => {
  it.each<[string, JobFrame[], string]>([
    ['takes a whole job', number([accepted, progress, usage(1n), usage(1n), chunk('o', true), result(2n)]), 'fine'],
    ['takes a refusal', number([error]), 'fine'],
    [
      'refuses progress first',
      number([progress]),
      'Job j: frame `progress` came where it is not allowed: `accepted` must be first.',
    ],
    [
      'refuses a second accepted',
      number([accepted, accepted]),
      'Job j: frame `accepted` came where it is not allowed: the job was accepted already.',
    ],
    [
      'refuses a gap',
      [...number([accepted]), { sequence: 3, ...progress }],
      'Job j: frame `progress` came where it is not allowed: its number is 3, 2 was due.',
    ],
    [
      'refuses a repeat',
      [...number([accepted]), { sequence: 1, ...progress }],
      'Job j: frame `progress` came where it is not allowed: its number is 1, 2 was due.',
    ],
    ['refuses falling usage', number([accepted, usage(5n), usage(4n)]), 'Job j: meter `pixels` fell from 5 to 4.'],
    [
      'refuses falling usage in the result',
      number([accepted, usage(5n), result(0n)]),
      'Job j: meter `pixels` fell from 5 to 0.',
    ],
    [
      'refuses frames after the result',
      number([accepted, result(1n), progress]),
      'Job j: frame `progress` came where it is not allowed: the job had ended.',
    ],
    [
      'refuses frames after an error',
      number([accepted, error, result(1n)]),
      'Job j: frame `result` came where it is not allowed: the job had ended.',
    ],
    [
      'refuses a chunk after the last',
      number([accepted, chunk('o', true), chunk('o', true)]),
      'Job j: frame `chunk` came where it is not allowed: part o had its last chunk.',
    ],
  ])('%s', (_, frames, expected) => {
    expect(feed(createJobFrameMachine({ jobId: 'j' }), frames)).toBe(expected);
  });

  it('lets a live job have parts without end', () => {
    const parts = Array.from({ length: 3000 }, (_, at) => chunk(`segment-${at}`, true));
    expect(feed(createJobFrameMachine({ jobId: 'j' }), number([accepted, ...parts]))).toBe('fine');
  });

  it('goes on after a sequence number', () => {
    const machine = createJobFrameMachine({ jobId: 'j', afterSequence: 41, usage: { pixels: 7n } });
    expect(feed(machine, number([progress, usage(7n)], 41))).toBe('fine');
    expect(machine).toMatchObject({ state: 'running', sequence: 43, usage: { pixels: 7n } });
    expect(feed(machine, [{ sequence: 44, ...usage(6n) }])).toBe('Job j: meter `pixels` fell from 7 to 6.');
    expect(machine.sequence).toBe(43);
  });

  it('never throws anything but its two errors, never lets usage fall, and stops after the end', () => {
    const body = fc.oneof(
      fc.constantFrom(accepted, progress, error, chunk('o', true), chunk('o', false)),
      fc.bigInt({ min: 0n, max: 3n }).map(usage),
      fc.bigInt({ min: 0n, max: 3n }).map(result),
    );
    const frame = fc
      .tuple(fc.integer({ min: 0, max: 6 }), body)
      .map(([sequence, b]) => ({ sequence, ...b }) as JobFrame);
    const frames = fc.oneof(
      fc.array(frame, { maxLength: 8 }),
      fc.array(body, { maxLength: 8 }).map((b) => number(b)),
    );
    fc.assert(
      fc.property(frames, (list) => {
        const machine = createJobFrameMachine();
        for (const next of list) {
          const before = { state: machine.state, sequence: machine.sequence, pixels: machine.usage['pixels'] ?? 0n };
          try {
            machine.accept(next);
          } catch (caught) {
            if (!isByocError(caught, 'FRAME_OUT_OF_ORDER') && !isByocError(caught, 'USAGE_DECREASED')) throw caught;
            expect(machine.sequence).toBe(before.sequence);
            continue;
          }
          expect(before.state).not.toBe('ended');
          expect(machine.sequence).toBe(before.sequence + 1);
          expect((machine.usage['pixels'] ?? 0n) >= before.pixels).toBe(true);
        }
      }),
    );
  });
});
