// The pinned Node comes with 67 MB of C++ headers that nothing here compiles against. Its binary is linked into
// node_modules/node/bin; the rest goes. Runs after `npm ci`, on whatever Node started npm.
import { existsSync, rmSync } from 'node:fs';

if (existsSync('node_modules/node/bin/node')) {
  rmSync('node_modules/node/node_modules', { recursive: true, force: true });
}
