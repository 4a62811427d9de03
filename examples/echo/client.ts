// Usage: node client.ts https://127.0.0.1:7935
import assert from 'node:assert/strict';
import { createGateway, staticSource } from '@byoc/core/gateway';
import { echo } from './plugin.ts';

const url = process.argv[2] ?? 'https://127.0.0.1:7935';
const gateway = createGateway({ sources: [staticSource([url])] });
try {
  const { output, usage } = await gateway.run(echo, { text: 'hello' }).result;
  assert.deepEqual(output, { text: 'hello' });
  assert.equal(BigInt(usage['characters'] ?? 0), 5n);
  console.log(output.text);
} finally {
  await gateway.close();
}
