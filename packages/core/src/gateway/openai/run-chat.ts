import { toByocError } from '../../protocol/errors/to-byoc-error.ts';
import { eventStream } from '../facade/event-stream.ts';
import type { Job, JobResult } from '../job/job.ts';
import {
  type CompletionHead,
  toChunk,
  toCompletion,
  toDelta,
  toFacts,
  toFinishReason,
  toUsage,
} from './chat-answer.ts';
import type { ChatRequest } from './chat-request.ts';
import { toOpenaiError } from './error-response.ts';
import { parseFromJob } from './parse-from-job.ts';
import { StreamedMessage } from './streamed-message.ts';
import { CHAT, type ChatJobEvent, chatJobEvent, chatJobOutput } from './text-contracts.ts';

/** The answer of a job as one JSON body. @throws ByocError what the job ended with */
export async function answerWhole(job: Job, request: ChatRequest, created: number): Promise<Response> {
  const result = await job.result;
  const output = parseFromJob(chatJobOutput, result.output, CHAT);
  const head = { id: completionId(job), created, model: request.model };
  return Response.json(toCompletion(head, output, result, request.ignored), { headers: headersOf(job) });
}

/**
 * The answer of a job as server-sent events. It begins with the first piece of the answer: what goes wrong before has its own status.
 *
 * @throws ByocError what the job ended with before it told anything
 */
export async function answerStreamed(job: Job, request: ChatRequest, created: number): Promise<Response> {
  const events = eventsOf(job);
  const first = await events.next();
  // Without an event there is only the end, which may be an error.
  if (first.done) await job.result;
  const head = { id: completionId(job), created, model: request.model };
  const body = eventStream(chunks(job, { first, events, head, request }), {
    onCancel: () => job.cancel('the client closed the stream'),
  });
  const headers = {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    ...headersOf(job),
  };
  return new Response(body, { headers });
}

async function* eventsOf(job: Job): AsyncGenerator<ChatJobEvent, void, undefined> {
  for await (const frame of job) if (frame.type === 'event') yield parseFromJob(chatJobEvent, frame.event, CHAT);
}

async function* chunks(
  job: Job,
  stream: {
    first: IteratorResult<ChatJobEvent, void>;
    events: AsyncGenerator<ChatJobEvent, void, undefined>;
    head: CompletionHead;
    request: ChatRequest;
  },
): AsyncGenerator<unknown, void, undefined> {
  const { events, head, request } = stream;
  const usage = request.includeUsage ? { usage: null } : {};
  const chunk = (event: ChatJobEvent) => {
    const { delta, ...more } = toDelta(event);
    return { ...toChunk(head, delta, more), ...usage };
  };
  const streamed = new StreamedMessage();
  try {
    yield { ...toChunk(head, { role: 'assistant', content: '' }), ...usage };
    for (let next = stream.first; !next.done; next = await events.next()) {
      streamed.add(next.value);
      yield chunk(next.value);
    }
    const result: JobResult = await job.result;
    const output = parseFromJob(chatJobOutput, result.output, CHAT);
    for (const event of streamed.missing(output, job.jobId)) yield chunk(event);
    const last = toChunk(head, {}, { finish_reason: toFinishReason(output) });
    yield { ...last, ...usage, byoc: toFacts(output, result, request.ignored) };
    if (request.includeUsage) yield { ...toChunk(head, {}), choices: [], usage: toUsage(output, result) };
    yield '[DONE]';
  } catch (error) {
    // The status has been sent: the error travels as an event, and the stream ends without its `[DONE]`.
    yield toOpenaiError(toByocError(error));
  } finally {
    await events.return();
  }
}

function completionId(job: Job): string {
  return `chatcmpl-${job.jobId}`;
}

function headersOf(job: Job): Record<string, string> {
  return { 'x-request-id': job.jobId };
}
