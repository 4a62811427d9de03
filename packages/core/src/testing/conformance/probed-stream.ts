import type { ErrorCode } from '../../errors/catalogue/index.ts';
import type { ProbeCall } from '../../protocol/probe/open-worker-probe.ts';
import { type ProbeFrame, readProbeFrames } from '../../protocol/probe/read-probe-frames.ts';
import type { ProbeStatus } from '../../protocol/probe/read-probe-status.ts';
import { expectError } from './expect-error.ts';
import { expectThat } from './expect-that.ts';
import type { Wait } from './wait.ts';

/** The frames of one RunJob or AttachJob call. They are read only when asked for. */
export class ProbedStream {
  protected readonly call: ProbeCall;
  readonly #wait: Wait;
  #waiting: ProbeFrame[] = [];

  constructor(call: ProbeCall, wait: Wait) {
    this.call = call;
    this.#wait = wait;
  }

  /** The next frame; undefined after the last. */
  async next(): Promise<ProbeFrame | undefined> {
    while (this.#waiting.length === 0) {
      const message = await this.#wait(this.call.messages.next(), 'a frame, or the end of the call');
      if (message.done === true) return undefined;
      this.#waiting = readProbeFrames(message.value);
      expectThat(this.#waiting.length > 0, 'a message with at least one frame', 'it was empty');
    }
    return this.#waiting.shift();
  }

  /** Reads to the end of the call. */
  async rest(): Promise<ProbeFrame[]> {
    const frames: ProbeFrame[] = [];
    for (let frame = await this.next(); frame !== undefined; frame = await this.next()) frames.push(frame);
    return frames;
  }

  /** How the call ended. Read its frames first: a call does not end before they are read. */
  status(): Promise<ProbeStatus> {
    return this.#wait(this.call.status, 'the end of the call');
  }

  /** Reads to the end, which must be good: the last frame, status OK. */
  async finish(): Promise<ProbeFrame[]> {
    const frames = await this.rest();
    const { status, text } = await this.status();
    expectThat(status === 'OK', 'the call of an accepted job to end with OK', `it ended with ${status} (${text})`);
    return frames;
  }

  /** Reads to the end, which must be an `error` frame of one code. */
  async finishWithError(code: ErrorCode): Promise<ProbeFrame[]> {
    const frames = await this.finish();
    const last = frames.at(-1);
    expectThat(
      last?.frame.type === 'error',
      `the job to end with an error frame ${code}`,
      last === undefined ? 'there was no frame' : `the last frame was \`${last.frame.type}\``,
    );
    expectError(last.error, code, 'the error frame');
    return frames;
  }

  /** Reads to the end, which must be a refusal: no frame, and the error's own status. Returns the facts. */
  async expectRefusal(code: ErrorCode): Promise<Record<string, unknown>> {
    const first = await this.next();
    expectThat(
      first === undefined,
      `the call to end with ${code} and no frame`,
      `a frame \`${first?.frame.type}\` came${first?.error ? ` (${first.error.message})` : ''}`,
    );
    const { status, error } = await this.status();
    expectThat(status !== 'OK', `the call to end with ${code}`, 'it ended with OK');
    const facts = expectError(error, code, 'the refusal');
    expectThat(error?.status === status, 'one status', `the call said ${status}, its details ${error?.status}`);
    return facts;
  }

  /** Reads to the end, which must be that of the job, unless the reader fell behind what is kept. */
  async finishOrFallBehind(code: ErrorCode): Promise<void> {
    const last = (await this.rest()).at(-1);
    const { status, error } = await this.status();
    if (status === 'OK') expectError(last?.error, code, 'the error frame');
    else expectError(error, 'JOB_REPLAY_GONE', 'the end of a reader that fell behind');
  }

  /** Cancels the call. */
  cancel(): void {
    this.call.cancel();
  }
}
