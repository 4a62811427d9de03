import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { serverFailures } from './server-failures.ts';

/** An event is never larger, bytes: a server that sends no end of line must not fill the memory. */
const EVENT_BYTES_MAX = 8 * 1024 * 1024;

/**
 * Reads server-sent events from bytes, however they are cut. An event whose id was seen just before is the same one again, and is
 * left out.
 *
 * @throws LlmFailure server-garbled, for bytes that are no UTF-8 and events without end
 */
export async function* readEventStream(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const events: EventSourceMessage[] = [];
  let problem: string | undefined;
  const parser = createParser({
    onEvent: (event) => void events.push(event),
    onError(error) {
      // Fields that the standard does not know are to be passed over.
      if (error.type === 'max-buffer-size-exceeded') problem = 'an event without end';
    },
    maxBufferSize: EVENT_BYTES_MAX,
  });
  let lastId: string | undefined;
  for await (const piece of bytes) {
    parser.feed(decode(decoder, piece));
    if (problem !== undefined) throw serverFailures.garbled(problem);
    for (const { id, data } of events.splice(0)) {
      if (id !== undefined && id === lastId) continue;
      lastId = id ?? lastId;
      // Some servers keep a line alive so.
      if (data !== '') yield data;
    }
  }
}

function decode(decoder: InstanceType<typeof TextDecoder>, piece: Uint8Array): string {
  try {
    return decoder.decode(piece, { stream: true });
  } catch {
    throw serverFailures.garbled('bytes that are no UTF-8');
  }
}
