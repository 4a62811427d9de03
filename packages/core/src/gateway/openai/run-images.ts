import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ByocError } from '../../errors/byoc-error.ts';
import { toByocError } from '../../protocol/errors/to-byoc-error.ts';
import { eventStream } from '../facade/event-stream.ts';
import type { Job, JobResult } from '../job/job.ts';
import { toOpenaiError } from './error-response.ts';
import { toCompletedImage, toImageFacts, toImages, toPartialImage } from './image-answer.ts';
import { IMAGE, type ImageJobEvent, type ImageJobOutput, imageJobEvent, imageJobOutput } from './image-contract.ts';
import type { ImageRequest } from './image-request.ts';
import { parseFromJob } from './parse-from-job.ts';

/** Of all pictures of an answer, which is held in memory. */
const ANSWER_BYTES_MAX = 256 * 1024 ** 2;

/** The pictures of a job as one JSON body. @throws ByocError what the job ended with */
export async function answerImages(job: Job, request: ImageRequest, created: number): Promise<Response> {
  await using ending = job;
  const result = await ending.result;
  const output = parseFromJob(imageJobOutput, result.output, IMAGE);
  const files = await fetchImages(result, output);
  const body = { ...toImages(output, files, request, created), byoc: toImageFacts(output, result, request) };
  return Response.json(body, { headers: { 'x-request-id': job.jobId } });
}

/**
 * The pictures of a job as server-sent events: what is wanted of each while it is made, then each. It begins with the first step: what
 * goes wrong before has its own status.
 *
 * @throws ByocError what the job ended with before it told anything
 */
export async function answerImagesStreamed(job: Job, request: ImageRequest, created: number): Promise<Response> {
  const events = eventsOf(job);
  const first = await events.next();
  // Without an event there is only the end, which may be an error.
  if (first.done) await job.result;
  const body = eventStream(tell(job, request, created, { first, events }), {
    onCancel: () => job.cancel('the client closed the stream'),
    nameOf: (value) => ('type' in (value as object) ? (value as { type: string }).type : 'error'),
  });
  const headers = {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    'x-request-id': job.jobId,
  };
  return new Response(body, { headers });
}

async function* tell(
  job: Job,
  request: ImageRequest,
  created: number,
  { first, events }: { first: IteratorResult<ImageJobEvent, void>; events: AsyncGenerator<ImageJobEvent, void> },
): AsyncGenerator<unknown, void, undefined> {
  try {
    // Of each picture: they may be made at once.
    const shown = new Map<number, number>();
    for (let next = first; !next.done; next = await events.next()) {
      const { image } = next.value;
      const before = shown.get(image) ?? 0;
      const partial = toPartialImage(next.value, before, request, created);
      if (partial === undefined) continue;
      shown.set(image, before + 1);
      yield partial;
    }
    const result = await job.result;
    const output = parseFromJob(imageJobOutput, result.output, IMAGE);
    const files = await fetchImages(result, output);
    const facts = toImageFacts(output, result, request);
    for (const [index, file] of files.entries())
      yield toCompletedImage({ output, index, file }, facts, request, created);
  } catch (error) {
    // The status has been sent: the error travels as the last event.
    yield toOpenaiError(toByocError(error));
  } finally {
    await events.return();
    await job.close();
  }
}

async function* eventsOf(job: Job): AsyncGenerator<ImageJobEvent, void, undefined> {
  for await (const frame of job) if (frame.type === 'event') yield parseFromJob(imageJobEvent, frame.event, IMAGE);
}

/** Fetches the files of the pictures, in their order. @throws ByocError DOWNLOAD_FAILED, CAPABILITY_OUTPUT_INVALID */
async function fetchImages(result: JobResult, { images }: ImageJobOutput): Promise<Buffer[]> {
  const sizes = new Map(result.parts.map(({ name, sizeBytes }) => [name, sizeBytes]));
  const bytes = images.reduce((sum, { image }) => sum + (sizes.get(image.$part) ?? 0), 0);
  if (bytes > ANSWER_BYTES_MAX) {
    const issues = [{ path: '/images', message: `have ${bytes} bytes, more than ${ANSWER_BYTES_MAX} for one answer` }];
    throw new ByocError('CAPABILITY_OUTPUT_INVALID', { capability: IMAGE, issues });
  }
  const directory = await mkdtemp(join(tmpdir(), 'byoc-images-'));
  try {
    const files: Buffer[] = [];
    for (const [index, { image }] of images.entries()) {
      // Named here: what the orchestrator calls them says nothing about paths of this machine.
      const path = join(directory, String(index));
      await result.file(image.$part, path);
      files.push(await readFile(path));
    }
    return files;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
