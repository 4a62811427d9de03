/** The import table of ARCHITECTURE.md. Layers of @byoc/core import downwards only; a third-party library has one home. */
const core = 'packages/core/src';
const pure = ['errors', 'primitives', 'capability', 'manifest', 'price'];

/** Layer → layers it may import, besides the pure ones. */
const layers = {
  payment: [],
  protocol: ['payment'],
  worker: ['protocol', 'payment'],
  upstream: [],
  runtime: [],
  orchestrator: ['protocol', 'payment', 'runtime'],
  gateway: ['protocol', 'payment'],
};

/** Third party → where it may be imported (tests aside). */
const homes = {
  zod: '^(packages|examples|benchmarks|scripts)/',
  dockerode: `^(${core}/runtime/docker|packages/cli)/`,
  '@grpc/': `^${core}/protocol/`,
  '@bufbuild/protobuf': `^${core}/(protocol|payment/livepeer)/`,
  '@noble/curves': `^${core}/(protocol|payment)/`,
  viem: `^${core}/(payment/livepeer|testing/local-chain)/`,
  'secp256k1/': `^${core}/payment/livepeer/engine/`,
  '@bitauth/libauth': `^${core}/payment/livepeer/engine/`,
  'hash-wasm': `^${core}/payment/livepeer/engine/`,
  selfsigned: `^${core}/protocol/`,
  ajv: `^${core}/capability/`,
  '@marcbachmann/cel-js': `^${core}/capability/`,
  canonicalize: `^${core}/capability/`,
  semver: `^${core}/capability/`,
  '@noble/hashes': `^${core}/(capability|protocol|payment)/`,
  fastify: `^${core}/(orchestrator|gateway)/`,
  'prom-client': `^${core}/orchestrator/`,
  'ipaddr.js': `^${core}/orchestrator/`,
  'node-llama-cpp': '^packages/plugin-llm/src/llama/',
  'onnxruntime-node': '^packages/plugin-diffusion/src/runtime/',
  sharp: '^packages/plugin-diffusion/src/image/',
  '@huggingface/tokenizers': '^packages/plugin-diffusion/src/model/',
  undici: `^${core}/(orchestrator|gateway|upstream)/`,
  'eventsource-parser': '^packages/plugin-llm/src/server/',
};

const notTest = '(\\.test|\\.test-d)\\.ts$|^tests/|^benchmarks/';

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'pure-imports-nothing-above',
      severity: 'error',
      from: { path: `^${core}/(${pure.join('|')})/`, pathNot: notTest },
      to: { path: `^${core}/(${[...Object.keys(layers), 'testing'].join('|')})/` },
    },
    {
      name: 'pure-runs-in-a-browser',
      severity: 'error',
      from: { path: `^${core}/(${pure.join('|')})/|^${core}/index.ts`, pathNot: notTest },
      to: { dependencyTypes: ['core'] },
    },
    ...Object.entries(layers).map(([layer, allowed]) => ({
      name: `${layer}-imports-downwards`,
      severity: 'error',
      from: { path: `^${core}/${layer}/`, pathNot: notTest },
      to: { path: `^${core}/(?!${[...pure, layer, ...allowed].join('|')})[^/]+/` },
    })),
    {
      name: 'ways-to-pay-know-only-payment',
      severity: 'error',
      from: { path: `^${core}/(?!payment/livepeer/|testing/)`, pathNot: notTest },
      to: { path: `^${core}/payment/livepeer/` },
    },
    {
      name: 'generated-stays-in-protocol',
      severity: 'error',
      from: { pathNot: `^${core}/protocol/` },
      to: { path: `^${core}/protocol/gen/` },
    },
    {
      name: 'packages-meet-by-name',
      severity: 'error',
      from: { path: '^(packages/[^/]+|examples)/' },
      to: { path: '^packages/', pathNot: '^$1/', dependencyTypes: ['local'] },
    },
    ...Object.entries(homes).map(([library, home]) => ({
      name: `home-of-${library.replaceAll(/[@/]/g, '')}`,
      severity: 'error',
      from: { path: '^(packages|examples)/', pathNot: `${home}|${notTest}` },
      to: { path: `node_modules/${library}` },
    })),
    {
      name: 'no-dev-dependency-in-source',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: `${notTest}|packages/core/src/testing/` },
      // An optional peer is a dev dependency too, so that tests have it.
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only', 'npm-peer'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/dist/|/gen/google/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@byoc/source', 'import', 'node', 'default', 'types'],
    },
  },
};
