import type { RunFrame } from '@byoc/core/gateway';
import { type ChatEvent, chat } from '@byoc/plugin-llm';
import { pc } from '../terminal/colours.ts';

/** Where an answer is shown. */
export interface ChatPrinterStreams {
  /** The text alone. */
  readonly out: { write(text: string): unknown };
  /** What is not the answer: thoughts and tool calls. Undefined to leave them out. */
  readonly aside: { write(text: string): unknown } | undefined;
}

/** Shows the events of `text/chat` as they come. */
export interface ChatPrinter {
  show(event: ChatEvent): void;
  /** Ends the line. */
  stop(): void;
}

/** Creates a printer; thoughts and tool calls are dim, and apart. */
export function createChatPrinter({ out, aside }: ChatPrinterStreams): ChatPrinter {
  let last: ChatEvent['type'] | undefined;
  let open = false;
  const write = (type: ChatEvent['type'], text: string) => {
    const stream = type === 'text' ? out : aside;
    if (text === '' || stream === undefined) return;
    if (last !== undefined && last !== type && open) stream.write('\n');
    last = type;
    stream.write(type === 'text' ? text : pc.dim(text));
    open = !text.endsWith('\n');
  };
  return {
    show(event) {
      if (event.type !== 'tool-call') return write(event.type, event.text);
      if (event.name !== undefined) write('tool-call', `${event.name} `);
      write('tool-call', event.arguments);
    },
    stop() {
      if (open) out.write('\n');
      open = false;
    },
  };
}

/** The event of a frame, when it is one of `text/chat`. */
export function chatEventOf(capability: string, frame: RunFrame): ChatEvent | undefined {
  if (frame.type !== 'event' || !isChat(capability)) return undefined;
  const { success, data } = chat.schemas.event?.safeParse(frame.event) ?? { success: false, data: undefined };
  return success ? data : undefined;
}

/** Tells whether a reference asks for `text/chat`. */
export function isChat(capability: string): boolean {
  return capability.split('@')[0] === chat.name;
}
