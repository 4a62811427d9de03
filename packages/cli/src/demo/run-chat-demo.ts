import { fileURLToPath } from 'node:url';
import { ByocError } from '@byoc/core';
import { createGateway, staticSource } from '@byoc/core/gateway';
import { chat } from '@byoc/plugin-llm';
import { createChatPrinter } from '../chat/chat-printer.ts';
import type { RuntimeChoice } from '../choose-runtime.ts';
import { describePayment } from '../describe-payment.ts';
import { pc } from '../terminal/colours.ts';
import { printJson } from '../terminal/print-json.ts';
import { bringDemoModel } from './bring-demo-model.ts';
import { hostPlugin } from './host-plugin.ts';
import { creditArguments, demoDollars, openDemoCredit } from './pay-by-credit.ts';

interface ChatDemoArguments {
  readonly model: string | undefined;
  readonly prompt: string | undefined;
  readonly inputFile: string | undefined;
  readonly runtime: RuntimeChoice;
  readonly keep: boolean;
  readonly paid: boolean;
  readonly json: boolean;
}

/** Small enough for two cores, and well known; about half a gigabyte. */
const DEFAULT_MODEL = 'hf://Qwen/Qwen2.5-0.5B-Instruct-GGUF/qwen2.5-0.5b-instruct-q4_k_m.gguf';
const PRICE = '$0.10 / 1M input_tokens + $0.02 / 1M cached_input_tokens + $0.40 / 1M output_tokens';
/** What the tiny test model was taught. */
const TAUGHT = 'Recite the rhyme.';
const ASKED = 'Why is the sky blue? Answer in two sentences.';

/** Asks a language model, end to end, for a price: one that is named, else a small one that is fetched once, else the tiny test model, which is called that. */
export async function runChatDemo(args: ChatDemoArguments, signal: AbortSignal): Promise<void> {
  for (const option of ['paid', 'keep', 'inputFile'] as const)
    if (args[option])
      throw new ByocError('INPUT_ARGUMENT_INVALID', {
        argument: `--${option === 'inputFile' ? 'input-file' : option}`,
        reason: 'the demo of a chat has no use for it',
      });
  const startedAt = Date.now();
  const say = (text: string) => args.json || process.stdout.write(`${text}\n`);
  await using closing = new AsyncDisposableStack();
  const quiet = args.json;
  const folder = fileURLToPath(new URL('.', import.meta.resolve('@byoc/plugin-llm/package.json')));
  const model = await bringDemoModel({ named: args.model, byDefault: DEFAULT_MODEL, quiet, say, signal });
  if (model === undefined)
    say(
      `${pc.yellow('!')} the tiny test model answers: it recites what it was taught and knows nothing. --model names another.`,
    );
  const { orchestrator, fallbackReason } = await hostPlugin(folder, {
    ...{ runtime: args.runtime, quiet, say, signal, price: PRICE, more: creditArguments },
    models: model === undefined ? [] : [model],
  });
  closing.defer(async () => {
    await orchestrator.stop();
    say(`${pc.green('✓')} everything that was started is gone`);
  });
  const { url, address, runtime } = orchestrator;
  const payment = await openDemoCredit(orchestrator.dataDirectory);
  const gateway = closing.use(createGateway({ sources: [staticSource([{ url, address }])], payment: [payment] }));
  await gateway.ready();
  const prompt = args.prompt ?? (model === undefined ? TAUGHT : ASKED);
  const input = { prompt, maxOutputTokens: 512 };
  const quote = await gateway.quote(chat, input, { signal });
  const { maxCostWei } = quote.quote;
  say(`${pc.green('✓')} quoted: at most ${demoDollars(maxCostWei)}, at ${PRICE}`);
  say(`\n${pc.bold(`> ${prompt}`)}`);
  const printer = createChatPrinter({ out: process.stdout, aside: process.stdout });
  const askedAt = Date.now();
  let firstMs: number | undefined;
  const job = gateway.run(chat, input, { signal, quote, maxCostWei });
  for await (const frame of job) {
    if (frame.type !== 'event') continue;
    firstMs ??= Date.now() - askedAt;
    if (!args.json) printer.show(frame.event);
  }
  const result = await job.result.catch((error: unknown) => {
    // The job only knows that somebody aborted it.
    signal.throwIfAborted();
    throw error;
  });
  if (!args.json) printer.stop();
  const answeredMs = Date.now() - askedAt;
  const { output, usage, payment: paid } = result;
  if (args.json)
    return printJson({
      ...{ runtime, firstMs, answeredMs, tookMs: Date.now() - startedAt, prompt, output, usage },
      ...{ price: PRICE, quotedWei: maxCostWei, payment: describePayment(paid) },
    });
  const { inputTokens, cachedInputTokens, outputTokens } = output.usage;
  const rate = (outputTokens / (answeredMs / 1000)).toFixed(1);
  const signed = paid.receipt === undefined ? 'without a receipt' : `by a receipt that ${address} signed`;
  say(`
${pc.bold(output.model.name)} (${output.model.engine}), on the ${runtime} runtime:
${inputTokens + cachedInputTokens} tokens in, ${outputTokens} out · first after ${firstMs} ms, ${rate} a second
Charged ${demoDollars(paid.chargedWei)} of at most ${demoDollars(maxCostWei)} (${paid.chargedWei} wei of credit), ${signed}.`);
  if (fallbackReason !== undefined) say(pc.dim(`Docker was not used: ${fallbackReason}`));
}
