// The thread that runs ONNX Runtime, whose calls block: the worker's own thread stays free for cancel and health checks.
import { parentPort } from 'node:worker_threads';
import { env, InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { identityNetwork } from './identity-network.ts';
import type { Numbered, OrtAnswer, OrtRequest } from './ort-messages.ts';
import type { Tensor, TensorInfo, TensorType } from './tensor.ts';

type OpenRequest = Extract<OrtRequest, { type: 'open' }>;

const sessions = new Map<number, InferenceSession>();
let opened = 0;
// The binding (1.30, Node 24) takes a Float16Array for empty. Where there is none, halves are a Uint16Array, which it reads.
Reflect.deleteProperty(globalThis, 'Float16Array');
// What fails comes as an error too.
env.logLevel = 'fatal';

parentPort?.on('message', async ({ id, message }: Numbered<OrtRequest>) => {
  let answer: OrtAnswer;
  try {
    answer = await handle(message);
  } catch (error) {
    answer = { type: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
  const buffers =
    answer.type === 'ran' ? Object.values(answer.outputs).map(({ data }) => data.buffer as ArrayBuffer) : [];
  parentPort?.postMessage({ id, message: answer } satisfies Numbered<OrtAnswer>, buffers);
});

async function handle(request: OrtRequest): Promise<OrtAnswer> {
  switch (request.type) {
    case 'test': {
      const session = await InferenceSession.create(identityNetwork(), options(request.provider, 1));
      const { y } = await session.run({ x: new OrtTensor('float32', new Float32Array([1, 2]), [2]) });
      await session.release();
      if (y?.data[1] !== 2) throw new Error('it computed wrong numbers');
      return { type: 'tested', version: env.versions.node ?? env.versions.common };
    }
    case 'open': {
      const session = await openSession(request);
      opened += 1;
      sessions.set(opened, session);
      return {
        ...{ type: 'opened', session: opened },
        inputs: session.inputMetadata.map(describe),
        outputs: session.outputMetadata.map(describe),
      };
    }
    case 'run': {
      const session = sessions.get(request.session);
      if (session === undefined) throw new Error('the network was unloaded');
      const feeds = Object.fromEntries(Object.entries(request.feeds).map(([name, tensor]) => [name, toOrt(tensor)]));
      const results = await session.run(feeds, request.wanted ?? session.outputNames);
      return {
        type: 'ran',
        outputs: Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, fromOrt(tensor)])),
      };
    }
    case 'close': {
      await sessions.get(request.session)?.release();
      sessions.delete(request.session);
      return { type: 'done' };
    }
  }
}

function openSession({ path, provider, threads, bytes }: OpenRequest): Promise<InferenceSession> {
  if (bytes === undefined) return InferenceSession.create(path, options(provider, threads));
  // An empty list would say that the model has files of which none is there.
  const externalData = bytes.files.length === 0 ? {} : { externalData: [...bytes.files] };
  return InferenceSession.create(bytes.model, { ...options(provider, threads), ...externalData });
}

function options(provider: string, threads: number): InferenceSession.SessionOptions {
  return {
    executionProviders: provider === 'cpu' ? ['cpu'] : [provider, 'cpu'],
    graphOptimizationLevel: 'all',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // A thread that spins while it waits takes a core from the next job, or from another program, and gains nothing here.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
    // Memory of one large picture is not kept for the next small one.
    enableCpuMemArena: false,
  };
}

function describe(value: InferenceSession.ValueMetadata): TensorInfo {
  return value.isTensor
    ? { name: value.name, type: value.type, shape: value.shape }
    : { name: value.name, type: 'other', shape: [] };
}

function toOrt({ type, dims, data }: Tensor): OrtTensor {
  return new OrtTensor(type as 'float32', data as Float32Array, dims);
}

/** A copy: the runtime's own memory can't move to another thread. */
function fromOrt({ type, dims, data }: OrtTensor): Tensor {
  return { type: type as TensorType, dims, data: (data as Float32Array).slice() };
}
