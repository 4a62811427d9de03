import { readFile } from 'node:fs/promises';
import * as grpc from '@grpc/grpc-js';
import { startBareRelay, startBareWorker } from './bare-relay.ts';

/**
 * One hop of the bare relay in a process of its own.
 * `worker <address> <answer bytes> <answers>` or `relay <address> <target> <key file> <certificate file>`.
 */
const [role, address = '', ...rest] = process.argv.slice(2);
const hop =
  role === 'worker'
    ? await startBareWorker(address, Buffer.alloc(Number(rest[0])), Number(rest[1]))
    : await startBareRelay(
        address,
        rest[0] as string,
        grpc.ServerCredentials.createSsl(null, [
          { private_key: await readFile(rest[1] as string), cert_chain: await readFile(rest[2] as string) },
        ]),
      );
process.once('SIGTERM', () => {
  hop.close();
  process.exit(0);
});
process.send?.({ address: hop.address });
