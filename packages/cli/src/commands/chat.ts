import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { ByocError } from '@byoc/core';
import type { Argv, CommandModule } from 'yargs';
import { createChatPrinter } from '../chat/chat-printer.ts';
import { Conversation } from '../chat/conversation.ts';
import { describeTurn } from '../chat/describe-turn.ts';
import { talk } from '../chat/talk.ts';
import { dataDirectoryOption } from '../data-directory.ts';
import { describePayment } from '../describe-payment.ts';
import { openGateway, orchestratorsOption } from '../open-gateway.ts';
import { parseDurationMs } from '../parse-duration.ts';
import { withInterrupt } from '../terminal/interrupt.ts';
import { printJson } from '../terminal/print-json.ts';

interface ChatArguments {
  model: string | undefined;
  system: string | undefined;
  deadline: string;
  maxCostWei: string;
  orchestrator: string[] | undefined;
  dataDir: string;
  json: boolean;
}

/** `byoc chat` */
export const chatCommand: CommandModule<object, ChatArguments> = {
  command: 'chat',
  describe: 'Talk with a language model; what is not typed in a terminal is one question',
  builder: (yargs) =>
    (yargs as Argv<ChatArguments>)
      .options({
        model: { alias: 'm', type: 'string', describe: 'a model that offers name (`byoc query text/chat --json`)' },
        system: { alias: 's', type: 'string', describe: 'what the model is told before the first question' },
        deadline: { type: 'string', default: '10m', describe: 'an answer fails when it takes longer' },
        'max-cost-wei': { type: 'string', default: '0', describe: 'the most that one answer may cost' },
        ...dataDirectoryOption,
        ...orchestratorsOption,
      })
      .example('$0 chat', 'Ctrl-C breaks an answer off; between answers it ends, as Ctrl-D does')
      .example("echo 'Why is the sky blue?' | $0 chat", 'one question, one answer')
      .example("echo 'Why is the sky blue?' | $0 chat --json", 'for programs'),
  async handler(args) {
    if (!/^\d+$/.test(args.maxCostWei))
      throw new ByocError('INPUT_ARGUMENT_INVALID', {
        argument: args.maxCostWei,
        reason: 'a cost is a whole number of wei',
      });
    await using gateway = await openGateway({ orchestrator: args.orchestrator, dataDir: resolve(args.dataDir) });
    const run = { maxCostWei: BigInt(args.maxCostWei), deadlineMs: parseDurationMs(args.deadline) };
    const conversation = new Conversation(gateway, { model: args.model, system: args.system, run });
    if (process.stdin.isTTY && !args.json) await talk(conversation, process.stdin, process.stdout);
    else await withInterrupt((signal) => answerOnce(conversation, args.json, signal));
  },
};

/** One question from standard input, one answer. */
async function answerOnce(conversation: Conversation, json: boolean, signal: AbortSignal): Promise<void> {
  const question = (await text(process.stdin)).trim();
  if (question === '')
    throw new ByocError('INPUT_ARGUMENT_INVALID', { argument: 'standard input', reason: 'it holds no question' });
  const printer = createChatPrinter({ out: process.stdout, aside: undefined });
  const onEvent = json ? () => {} : printer.show;
  const result = await conversation.say(question, { signal, onEvent }).catch((error: unknown) => {
    printer.stop();
    // The job only knows that somebody aborted it.
    signal.throwIfAborted();
    throw error;
  });
  printer.stop();
  const { output, usage, payment, orchestrator, plugin, jobId } = result;
  if (json) printJson({ job: jobId, orchestrator, plugin, output, usage, payment: describePayment(payment) });
  else process.stderr.write(`${describeTurn(result, conversation)}\n`);
}
