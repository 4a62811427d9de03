import { defineConfig } from 'tsup';

/** The library entries. */
export default defineConfig({
  entry: { index: 'src/index.ts' },
  format: 'esm',
  removeNodeProtocol: false,
  target: 'node22',
  platform: 'node',
  dts: true,
  splitting: true,
  treeshake: true,
});
