import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTlsCertificate } from '@byoc/core/protocol';
import * as grpc from '@grpc/grpc-js';
import { connectBare } from './bare-relay.ts';
import { startProcess } from './start-process.ts';

/** A bare worker and a bare relay, each in a process of its own, split and encrypted like orchestrator and worker. */
export async function openBareHops(options: { directory: string; answerBytes: number; answers: number }) {
  const { directory, answerBytes, answers } = options;
  const script = new URL('./bare-hop-process.ts', import.meta.url);
  const socket = `unix:${join(directory, 'bare.sock')}`;
  const [key, certificate] = [join(directory, 'bare.key'), join(directory, 'bare.pem')];
  const tls = await createTlsCertificate();
  await writeFile(key, tls.privateKeyPem);
  await writeFile(certificate, tls.certificatePem);
  const worker = await startProcess(script, ['worker', socket, String(answerBytes), String(answers)]);
  const relay = await startProcess<{ address: string }>(script, ['relay', '127.0.0.1:0', socket, key, certificate]);
  const trust = grpc.credentials.createSsl(Buffer.from(tls.certificatePem), null, null, {
    checkServerIdentity: () => undefined,
  });
  const relayed = connectBare(relay.ready.address, trust, { 'grpc.ssl_target_name_override': 'byoc-orchestrator' });
  const direct = connectBare(socket, grpc.credentials.createInsecure());
  return {
    relayed,
    relayPid: relay.pid,
    direct,
    async [Symbol.asyncDispose]() {
      relayed.close();
      direct.close();
      await relay.stop();
      await worker.stop();
    },
  };
}
