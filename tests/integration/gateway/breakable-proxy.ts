import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP relay whose connections a test can break. */
export interface BreakableProxy extends AsyncDisposable {
  readonly port: number;
  /** Bytes relayed so far, both ways. */
  readonly bytes: number;
  /** Cuts every connection that stands. */
  break(): void;
  /** Cuts the connections once so many bytes went towards the target, in all from now on. */
  breakAfter(bytes: number): void;
  /** Turns away new connections, or lets them in again. */
  refuse(refuse: boolean): void;
}

/** Relays to a port of this host. */
export async function breakableProxy(targetPort: number): Promise<BreakableProxy> {
  const sockets = new Set<Socket>();
  let refusing = false;
  let left = Number.POSITIVE_INFINITY;
  let bytes = 0;
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((socket) => {
    if (refusing) return socket.destroy();
    const target = connect(targetPort, '127.0.0.1');
    for (const one of [socket, target]) {
      sockets.add(one);
      one.on('error', () => {});
      one.once('close', () => sockets.delete(one));
    }
    socket.once('close', () => target.destroy());
    target.once('close', () => socket.destroy());
    target.pipe(socket);
    target.on('data', (data) => {
      bytes += data.length;
    });
    socket.on('data', (data) => {
      bytes += data.length;
      left -= data.length;
      if (left < 0) {
        left = Number.POSITIVE_INFINITY;
        return cut();
      }
      if (!target.write(data)) socket.pause();
    });
    target.on('drain', () => socket.resume());
    return undefined;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    get bytes() {
      return bytes;
    },
    break: cut,
    breakAfter(bytes) {
      left = bytes;
    },
    refuse(refuse) {
      refusing = refuse;
    },
    async [Symbol.asyncDispose]() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
