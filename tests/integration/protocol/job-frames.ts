import type { CallerFrame, JobFrame } from '@byoc/core/protocol';

export const bytes = (text: string) => new TextEncoder().encode(text);
export const open: CallerFrame = {
  type: 'open',
  jobId: 'job_12345678',
  capability: 'test/echo@1.0.0',
  inputJson: bytes('{}'),
  deadline: 2_000_000_000_000,
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  onDisconnect: 'cancel',
  stagedParts: [],
};

export async function* framesOf(...frames: CallerFrame[]): AsyncGenerator<CallerFrame> {
  yield* frames;
}

export async function collect(stream: AsyncIterable<readonly JobFrame[]>): Promise<JobFrame[]> {
  const frames: JobFrame[] = [];
  for await (const batch of stream) frames.push(...batch);
  return frames;
}
