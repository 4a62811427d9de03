import { defineConfig } from 'tsup';

/** The library entries, and the thread that the plugin starts; tsup.worker.config.ts makes the worker. */
export default defineConfig({
  entry: {
    index: 'src/index.ts',
    engine: 'src/engine.ts',
    onnx: 'src/onnx.ts',
    plugin: 'src/plugin.ts',
    server: 'src/server.ts',
    'ort-thread': 'src/runtime/ort-thread.ts',
  },
  format: 'esm',
  removeNodeProtocol: false,
  target: 'node22',
  platform: 'node',
  dts: {
    entry: {
      index: 'src/index.ts',
      engine: 'src/engine.ts',
      onnx: 'src/onnx.ts',
      plugin: 'src/plugin.ts',
      server: 'src/server.ts',
    },
  },
  splitting: true,
  treeshake: true,
});
