import { defineConfig } from 'tsup';

/** The library entries; tsup.worker.config.ts makes the worker. */
export default defineConfig({
  entry: {
    index: 'src/index.ts',
    engine: 'src/engine.ts',
    llama: 'src/llama.ts',
    plugin: 'src/plugin.ts',
    server: 'src/server.ts',
  },
  format: 'esm',
  removeNodeProtocol: false,
  target: 'node22',
  platform: 'node',
  dts: true,
  splitting: true,
  treeshake: true,
});
