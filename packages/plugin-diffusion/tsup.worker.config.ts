import { defineConfig } from 'tsup';

/** The worker and its thread with all their code, but for the two native libraries: scripts/stage-image.mjs lays these beside them. */
export default defineConfig({
  entry: { worker: 'src/worker.ts', 'ort-thread': 'src/runtime/ort-thread.ts' },
  format: 'esm',
  // `node:sqlite` has no name without its prefix.
  removeNodeProtocol: false,
  target: 'node22',
  platform: 'node',
  noExternal: [/^(?!onnxruntime-node$|sharp$)/],
  splitting: false,
  dts: false,
  clean: false,
  silent: true,
  // Bundled CommonJS modules call `require` for Node's own modules.
  banner: {
    js: "import { createRequire as byocCreateRequire } from 'node:module';\nconst require = byocCreateRequire(import.meta.url);",
  },
  esbuildOptions(options) {
    options.conditions = ['@byoc/source', 'import', 'node'];
  },
});
