import { expect, it } from 'vitest';
import { registryOf } from './registry-of.ts';

it.each([
  ['node:24', 'https://index.docker.io/v1/'],
  ['livepeer/byoc:1', 'https://index.docker.io/v1/'],
  ['docker.io/livepeer/byoc', 'https://index.docker.io/v1/'],
  ['ghcr.io/livepeer/byoc@sha256:00', 'ghcr.io'],
  ['localhost/byoc', 'localhost'],
  ['127.0.0.1:5000/a/b:1', '127.0.0.1:5000'],
])('finds the registry of %s', (reference, registry) => {
  expect(registryOf(reference)).toBe(registry);
});
