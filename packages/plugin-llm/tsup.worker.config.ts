import { defineConfig } from 'tsup';

/** The worker as one file with all its code but the engine, which comes beside it: it has binaries. */
export default defineConfig({
  entry: { worker: 'src/worker.ts' },
  format: 'esm',
  // `node:sqlite` has no name without its prefix.
  removeNodeProtocol: false,
  target: 'node22',
  platform: 'node',
  noExternal: [/^(?!node-llama-cpp)/],
  external: ['node-llama-cpp'],
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
