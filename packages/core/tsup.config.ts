import { defineConfig } from 'tsup';
import manifest from './package.json' with { type: 'json' };

/** One output entry for each entry of the export map. */
const entry = Object.fromEntries(
  Object.values(manifest.exports)
    .filter((target) => typeof target !== 'string')
    .map((target) => [target.default.replace('./dist/', '').replace(/\.js$/, ''), target['@byoc/source']]),
);

export default defineConfig({
  entry,
  format: 'esm',
  // `node:sqlite` has no name without its prefix.
  removeNodeProtocol: false,
  target: 'node22',
  platform: 'neutral',
  external: [/^node:/],
  dts: true,
  clean: true,
  splitting: true,
  treeshake: true,
});
