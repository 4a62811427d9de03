import { connect } from 'node:net';
import type { Clock } from '../../primitives/clock.ts';
import type { StartedAddress } from '../../runtime/container-runtime.ts';

const LOOK_MS = 20;

/** Resolves once something accepts connections at an address; rejects with the signal's reason when aborted. */
export async function waitForListener(address: StartedAddress, clock: Clock, signal: AbortSignal): Promise<void> {
  while (!(await accepts(address))) await clock.sleep(LOOK_MS, { signal });
}

function accepts(address: StartedAddress): Promise<boolean> {
  const socket = address.type === 'unix' ? connect(address.path) : connect(address.port, address.host);
  return new Promise((resolve) => {
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
  });
}
