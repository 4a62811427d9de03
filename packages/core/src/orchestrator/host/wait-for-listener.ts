import { connect } from 'node:net';
import type { Clock } from '../../primitives/clock.ts';
import type { StartedAddress } from '../../runtime/container-runtime.ts';

const LOOK_MS = 20;
/** A connection that stays silent for so long is tried anew. */
const SILENT_MS = 1000;
/** What a client says first: the preface of HTTP/2 and an empty SETTINGS frame (RFC 9113, 3.4 and 6.5). */
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', 'latin1');

/** Resolves once a worker listens at an address; rejects with the signal's reason when aborted. */
export async function waitForListener(address: StartedAddress, clock: Clock, signal: AbortSignal): Promise<void> {
  while (!(await listens(address))) await clock.sleep(LOOK_MS, { signal });
}

/**
 * A socket accepts only once a worker listens. A published port accepts at once, by the engine's proxy, which hangs up when
 * nobody is behind it: there only an answer counts.
 */
function listens(address: StartedAddress): Promise<boolean> {
  const unix = address.type === 'unix';
  const socket = unix ? connect(address.path) : connect(address.port, address.host);
  return new Promise((resolve) => {
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => (unix ? done(true) : socket.write(PREFACE)));
    socket.once('data', () => done(true));
    socket.once('error', () => done(false));
    socket.once('close', () => done(false));
    socket.setTimeout(SILENT_MS, () => done(false));
  });
}
