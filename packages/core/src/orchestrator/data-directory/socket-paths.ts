import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** `sun_path` of a Unix socket address holds 108 bytes with its final zero on Linux, 104 on macOS. */
const SOCKET_PATH_MAX = 100;

/**
 * The directory for the sockets of a data directory: the directory itself, or, where its paths are too long for a socket
 * address, one in the temporary directory that is named by a hash of the path. Clients find it from the path alone, whatever
 * session they run in.
 */
export function socketRoot(dataDirectory: string): string {
  const path = resolve(dataDirectory);
  const longest = join(path, 'workers', 'x'.repeat(40), 'run', 'worker.sock');
  if (Buffer.byteLength(longest) <= SOCKET_PATH_MAX) return path;
  const hash = createHash('sha256').update(path).digest('hex').slice(0, 12);
  return join(tmpdir(), `byoc-${hash}`);
}

/** The admin socket of a data directory. */
export function adminSocketPath(dataDirectory: string): string {
  return join(socketRoot(dataDirectory), 'admin.sock');
}
