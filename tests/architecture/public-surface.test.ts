import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import manifest from '../../packages/core/package.json' with { type: 'json' };

const entries = Object.entries(manifest.exports).filter(([, target]) => typeof target !== 'string');

describe('@byoc/core', () => {
  it.each(entries)('exports from %s what users may rely on', async (path, target) => {
    const source = (target as { '@byoc/source': string })['@byoc/source'];
    const module = await import(/* @vite-ignore */ new URL(`../../packages/core/${source}`, import.meta.url).pathname);
    expect(Object.keys(module).toSorted()).toMatchSnapshot(path);
  });

  it('runs in a browser: the root entry needs nothing of Node', async () => {
    const { metafile } = await build({
      stdin: {
        contents: "export * from '@byoc/core'",
        resolveDir: new URL('../../examples', import.meta.url).pathname,
      },
      bundle: true,
      write: false,
      metafile: true,
      platform: 'browser',
      format: 'esm',
      conditions: ['@byoc/source'],
      logLevel: 'silent',
    });
    const inputs = Object.keys(metafile.inputs);
    expect(inputs.filter((file) => file.includes('node:'))).toEqual([]);
    const home = 'packages/core/src/';
    const layers = new Set(
      inputs.filter((file) => file.includes(home)).map((file) => file.split(home)[1]?.split('/')[0]),
    );
    expect([...layers].toSorted()).toEqual(['capability', 'errors', 'index.ts', 'manifest', 'price', 'primitives']);
  });
});

it.each([
  ['plugin-llm', 'node-llama-cpp'],
  ['plugin-diffusion', 'onnxruntime'],
])('lets a gateway import the capabilities of @byoc/%s without an engine, in a browser too', async (name, engine) => {
  const { metafile } = await build({
    stdin: {
      contents: `export * from '@byoc/${name}'`,
      resolveDir: new URL('../../examples', import.meta.url).pathname,
    },
    bundle: true,
    write: false,
    metafile: true,
    platform: 'browser',
    format: 'esm',
    conditions: ['@byoc/source'],
    logLevel: 'silent',
  });
  const inputs = Object.keys(metafile.inputs);
  expect(inputs.filter((file) => file.includes('node:') || file.includes(engine))).toEqual([]);
  const home = `packages/${name}/src/`;
  const folders = inputs.filter((file) => file.includes(home)).map((file) => file.split(home)[1]?.split('/')[0]);
  expect([...new Set(folders)].toSorted()).toEqual(['capability', 'index.ts']);
});
