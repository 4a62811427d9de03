import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import { isByocError } from '@byoc/core';
import { pc } from '../terminal/colours.ts';
import { createChatPrinter } from './chat-printer.ts';
import type { Conversation } from './conversation.ts';
import { describeTurn } from './describe-turn.ts';

/** Questions and answers until the user leaves. */
export async function talk(conversation: Conversation, input: Readable, output: Writable): Promise<void> {
  const lines = createInterface({ input, output, terminal: true });
  const leaving = new AbortController();
  let answering: AbortController | undefined;
  lines.on('SIGINT', () => {
    if (answering === undefined || answering.signal.aborted) leaving.abort();
    answering?.abort();
  });
  lines.on('close', () => {
    leaving.abort();
    answering?.abort();
  });
  output.write(pc.dim('Ctrl-C breaks an answer off; Ctrl-D leaves.\n'));
  while (!leaving.signal.aborted) {
    const question = await lines.question(pc.bold('> '), { signal: leaving.signal }).catch(() => '');
    if (question.trim() === '') continue;
    answering = new AbortController();
    await answer(conversation, question, { output, signal: answering.signal });
    answering = undefined;
  }
  lines.close();
  output.write(pc.dim(`\n${conversation.spentWei} wei in all.\n`));
}

async function answer(
  conversation: Conversation,
  question: string,
  { output, signal }: { output: Writable; signal: AbortSignal },
): Promise<void> {
  const printer = createChatPrinter({ out: output, aside: output });
  try {
    const result = await conversation.say(question, { signal, onEvent: printer.show });
    printer.stop();
    output.write(`${pc.dim(describeTurn(result, conversation))}\n`);
  } catch (error) {
    printer.stop();
    if (isByocError(error, 'JOB_CANCELLED')) output.write(`${pc.dim('(broken off)')}\n`);
    else output.write(`${pc.red(isByocError(error) ? `${error.code} ${error.shortMessage}` : String(error))}\n`);
  }
}
