import { createRequire } from 'node:module';
import { join } from 'node:path';

/**
 * Where anvil is: the npm package `@foundry-rs/anvil` of the folder or of its `tools`, else whatever the PATH has. The binary
 * itself and not its wrapper, so that a signal reaches it.
 */
export function findAnvil(folder: string = process.cwd()): string {
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  const suffix = process.platform === 'win32' ? '.exe' : '';
  for (const place of [folder, join(folder, 'tools')]) {
    try {
      const wrapper = createRequire(join(place, 'package.json')).resolve('@foundry-rs/anvil/package.json');
      return createRequire(wrapper).resolve(`@foundry-rs/anvil-${process.platform}-${arch}/bin/anvil${suffix}`);
    } catch {
      // Looked for elsewhere.
    }
  }
  return 'anvil';
}
