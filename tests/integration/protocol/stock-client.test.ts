import { join } from 'node:path';
import { connectWorker, type ServedWorkerService, serveWorkerService } from '@byoc/core/protocol';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeWorkerService } from './fake-services.ts';

const protos = join(import.meta.dirname, '../../../packages/core/proto');
const SECRET = 'stock-secret';

function load(file: string, name: string): grpc.ServiceClientConstructor {
  const loaded = grpc.loadPackageDefinition(
    loadSync(file, { includeDirs: [protos], longs: String, enums: String, oneofs: true }),
  );
  return name.split('.').reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], loaded) as never;
}

describe('a stock gRPC client with the proto files', () => {
  let served: ServedWorkerService;
  let target: string;
  const clients: grpc.Client[] = [];
  const metadata = new grpc.Metadata();
  metadata.set('byoc-worker-secret', SECRET);

  // biome-ignore lint/suspicious/noExplicitAny: proto-loader makes the methods at run time.
  function client(file: string, name: string): any {
    const made = new (load(file, name))(target, grpc.credentials.createInsecure());
    clients.push(made);
    return made;
  }

  beforeAll(async () => {
    served = await serveWorkerService(fakeWorkerService(), {
      address: { type: 'tcp', host: '127.0.0.1', port: 0, secret: SECRET },
    });
    if (served.address.type === 'tcp') target = `127.0.0.1:${served.address.port}`;
  });
  afterAll(async () => {
    for (const made of clients) made.close();
    await served.close();
  });

  it('runs a job', async () => {
    const call = client('byoc/worker/v1/worker.proto', 'byoc.worker.v1.WorkerService').RunJob(metadata);
    call.write({
      frame: {
        open: {
          job_id: 'job_12345678',
          jobId: 'job_12345678',
          capability: 'test/echo@1.0.0',
          inputJson: Buffer.from('{}'),
          deadline: { seconds: 2_000_000_000 },
        },
      },
    });
    call.write({ frame: { end: {} } });
    const frames: Record<string, unknown>[] = [];
    for await (const message of call) frames.push(...message.frames);
    expect(frames.map((frame) => [frame['sequence'], frame['frame']])).toEqual([
      ['1', 'accepted'],
      ['2', 'usage'],
      ['3', 'result'],
    ]);
  });

  it('gets a status with ErrorInfo for a frame it should not have sent', async () => {
    const call = client('byoc/worker/v1/worker.proto', 'byoc.worker.v1.WorkerService').RunJob(metadata);
    call.write({ frame: { open: { jobId: 'short', deadline: { seconds: 1 } } } });
    const error = await new Promise<grpc.ServiceError>((resolve) => call.on('error', resolve).resume());
    expect(error.code).toBe(grpc.status.INVALID_ARGUMENT);
    expect(error.metadata.get('grpc-status-details-bin')).toHaveLength(1);
    expect(String(error.metadata.get('grpc-status-details-bin')[0])).toContain('FRAME_MALFORMED');
  });

  it('checks and watches the standard health', async () => {
    const health = client('grpc/health/v1/health.proto', 'grpc.health.v1.Health');
    const check = (service: string) =>
      new Promise((resolve, reject) =>
        health.Check({ service }, (error: Error | null, response: { status: string }) =>
          error === null ? resolve(response.status) : reject(error),
        ),
      );
    expect(await check('')).toBe('NOT_SERVING');
    const watch = health.Watch({ service: 'byoc.worker.v1.WorkerService' });
    const statuses: string[] = [];
    for await (const { status } of watch) {
      statuses.push(status);
      if (statuses.length === 1) served.setServing(true);
      if (statuses.length === 2) break;
    }
    expect(statuses).toEqual(['NOT_SERVING', 'SERVING']);
    expect(await check('byoc.worker.v1.WorkerService')).toBe('SERVING');
    await expect(check('nobody.Knows')).rejects.toMatchObject({ code: grpc.status.NOT_FOUND });
    const worker = connectWorker(served.address);
    expect(await worker.health()).toBe('serving');
    worker.close();
  });

  it.each(['v1', 'v1alpha'])('lists and describes the services by reflection %s', async (version) => {
    const reflection = client(
      `grpc/reflection/${version}/reflection.proto`,
      `grpc.reflection.${version}.ServerReflection`,
    );
    const call = reflection.ServerReflectionInfo();
    call.write({ listServices: '' });
    call.write({ fileContainingSymbol: 'byoc.worker.v1.WorkerService.RunJob' });
    call.write({ fileByFilename: 'byoc/job/v1/job.proto' });
    call.write({ fileContainingSymbol: 'nobody.Knows' });
    call.end();
    // biome-ignore lint/suspicious/noExplicitAny: proto-loader's messages.
    const answers: any[] = [];
    for await (const answer of call) answers.push(answer);
    expect(answers[0].listServicesResponse.service.map(({ name }: { name: string }) => name)).toContain(
      'byoc.worker.v1.WorkerService',
    );
    const files = answers[1].fileDescriptorResponse.fileDescriptorProto.map(String);
    expect(files[0]).toContain('byoc/worker/v1/worker.proto');
    expect(files).toHaveLength(6);
    expect(answers[2].fileDescriptorResponse.fileDescriptorProto).not.toHaveLength(0);
    expect(answers[3].errorResponse.errorCode).toBe(grpc.status.NOT_FOUND);
  });
});
