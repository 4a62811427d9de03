import { defineConfig } from 'tsup';

/** The library entries; tsup.worker.config.ts makes the worker. */
export default defineConfig({
  entry: {
    index: 'src/index.ts',
    plugin: 'src/plugin.ts',
    ffmpeg: 'src/ffmpeg.ts',
    parallel: 'src/parallel.ts',
    proof: 'src/proof.ts',
  },
  format: 'esm',
  // `node:sqlite` has no name without its prefix.
  removeNodeProtocol: false,
  target: 'node22',
  platform: 'node',
  dts: true,
  splitting: true,
  treeshake: true,
});
