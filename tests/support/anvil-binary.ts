import { createRequire } from 'node:module';

/** The anvil of `npm run tools`, or the one on the PATH. */
export function anvilBinary(): string {
  const tools = createRequire(new URL('../../tools/package.json', import.meta.url));
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  try {
    return tools.resolve(`@foundry-rs/anvil-${process.platform}-${arch}/bin/anvil`);
  } catch {
    return 'anvil';
  }
}
