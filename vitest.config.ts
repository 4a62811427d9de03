import { defineConfig } from 'vitest/config';

const node = { resolve: { conditions: ['@byoc/source'] }, ssr: { resolve: { conditions: ['@byoc/source'] } } };

/** Real parts take their time; a hang is still a failure. */
const slow = { testTimeout: 120_000, hookTimeout: 300_000, fileParallelism: false };

function project(name: string, include: string[], more: Record<string, unknown> = {}) {
  return { ...node, test: { name, include, environment: 'node', ...more } };
}

export default defineConfig({
  ...node,
  test: {
    reporters: ['default', './scripts/plain-summary-reporter.ts'],
    projects: [
      project('unit', ['packages/*/src/**/*.test.ts']),
      {
        ...node,
        test: {
          name: 'types',
          include: [],
          typecheck: {
            enabled: true,
            only: true,
            include: ['packages/*/src/**/*.test-d.ts', 'tests/**/*.test-d.ts'],
            tsconfig: './tsconfig.json',
          },
        },
      },
      project('architecture', ['tests/architecture/**/*.test.ts'], { testTimeout: 120_000 }),
      project('integration', ['tests/integration/**/*.test.ts', 'examples/**/*.test.ts'], slow),
      project('conformance', ['tests/conformance/**/*.test.ts'], slow),
      project('faults', ['tests/faults/**/*.test.ts'], slow),
      project('consumer', ['tests/consumer/**/*.test.ts'], slow),
    ],
  },
});
