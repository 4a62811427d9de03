import type { CallerFrame } from '../../protocol/frames.ts';
import type { ProbeCall } from '../../protocol/probe/open-worker-probe.ts';
import type { ProbeFrame } from '../../protocol/probe/read-probe-frames.ts';
import { type UnlawfulFrame, writeProbeFrame } from '../../protocol/probe/write-probe-frame.ts';
import { expectThat } from './expect-that.ts';
import { ProbedStream } from './probed-stream.ts';
import type { Wait } from './wait.ts';

/** Bytes of the chunks that parts are sent in. */
const CHUNK_BYTES = 64 * 1024;

/** One RunJob call. */
export class ProbedJob extends ProbedStream {
  readonly jobId: string;

  constructor(call: ProbeCall, jobId: string, wait: Wait) {
    super(call, wait);
    this.jobId = jobId;
  }

  /** Sends a frame, lawful or not. */
  send(frame: CallerFrame | UnlawfulFrame): void {
    this.call.write(writeProbeFrame(frame));
  }

  /** Sends a message as it is. */
  sendBytes(message: Uint8Array): void {
    this.call.write(message);
  }

  /** Sends parts whole, in chunks. */
  sendParts(parts: Readonly<Record<string, Uint8Array>> = {}): void {
    for (const [part, data] of Object.entries(parts)) {
      for (let at = 0; at === 0 || at < data.length; at += CHUNK_BYTES)
        this.send({
          type: 'chunk',
          part,
          data: data.slice(at, at + CHUNK_BYTES),
          last: at + CHUNK_BYTES >= data.length,
        });
    }
  }

  /** Half-closes the call, without an `end` frame. */
  halfClose(): void {
    this.call.end();
  }

  /** Sends `end`, then half-closes. */
  end(): void {
    this.send({ type: 'end' });
    this.call.end();
  }

  /** Reads the first frame, which must be `accepted`. */
  async accepted(): Promise<ProbeFrame> {
    const first = await this.next();
    if (first === undefined) {
      const { status, text } = await this.status();
      expectThat(false, 'the job to be accepted', `it was refused with ${status} (${text})`);
    }
    expectThat(first.frame.type === 'accepted', '`accepted` as the first frame', `it was \`${first.frame.type}\``);
    return first;
  }
}
