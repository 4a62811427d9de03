import { defineConfig } from 'tsup';

/** Each example's worker as one file with all its code, so that an image needs nothing but Node. */
export default defineConfig(
  ['echo', 'text-reverse'].map((example) => ({
    entry: { worker: `${example}/worker.ts` },
    outDir: `${example}/dist`,
    format: 'esm',
    // `node:sqlite` has no name without its prefix.
    removeNodeProtocol: false,
    target: 'node22',
    platform: 'node',
    noExternal: [/.*/],
    splitting: false,
    silent: true,
    // Bundled CommonJS modules call `require` for Node's own modules.
    banner: {
      js: "import { createRequire as byocCreateRequire } from 'node:module';\nconst require = byocCreateRequire(import.meta.url);",
    },
    esbuildOptions(options) {
      options.conditions = ['@byoc/source', 'import', 'node'];
    },
  })),
);
