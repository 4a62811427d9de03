// Usage: node client.ts https://127.0.0.1:7935
import assert from 'node:assert/strict';
import { createGateway, staticSource } from '@byoc/core/gateway';
import { textReverse } from './plugin.ts';

const url = process.argv[2] ?? 'https://127.0.0.1:7935';
const gateway = createGateway({ sources: [staticSource([url])] });
try {
  const job = gateway.run(textReverse, { text: 'bring your own container', chunkCharacters: 5 });
  const chunks: string[] = [];
  for await (const frame of job) if (frame.type === 'event') chunks.push(frame.event.reversed);
  const { output, usage } = await job.result;
  assert.equal(output.text, 'reniatnoc nwo ruoy gnirb');
  assert.deepEqual(chunks, ['renia', 'tnoc ', 'nwo r', 'uoy g', 'nirb']);
  assert.equal(BigInt(usage['characters'] ?? 0), 24n);
  console.log(output.text);
} finally {
  await gateway.close();
}
