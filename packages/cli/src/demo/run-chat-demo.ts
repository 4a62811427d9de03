import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { ByocError, formatPriceList, isFree, toPriceList } from '@byoc/core';
import { createGateway, staticSource } from '@byoc/core/gateway';
import { createModelStore } from '@byoc/core/orchestrator';
import { chat } from '@byoc/plugin-llm';
import pc from 'picocolors';
import { createChatPrinter } from '../chat/chat-printer.ts';
import type { RuntimeChoice } from '../choose-runtime.ts';
import { describePayment } from '../describe-payment.ts';
import { defaultModelsDirectory } from '../models/models-directory.ts';
import { parseModel } from '../models/parse-model.ts';
import { printJson } from '../terminal/print-json.ts';
import { createProgressLine } from '../terminal/progress-line.ts';
import { hostPlugin } from './host-plugin.ts';
import { llmFolder, stageLlmPlugin } from './stage-llm-plugin.ts';

interface ChatDemoArguments {
  readonly model: string | undefined;
  readonly prompt: string | undefined;
  readonly inputFile: string | undefined;
  readonly runtime: RuntimeChoice;
  readonly keep: boolean;
  readonly paid: boolean;
  readonly json: boolean;
}

/** What the tiny test model was taught. */
const TAUGHT = 'Recite the rhyme.';
const ASKED = 'Why is the sky blue? Answer in two sentences.';

/** Asks a language model, end to end: with a model of one's own, else with the tiny test model, which is called that. */
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
  let folder = llmFolder();
  if (args.model === undefined)
    say(`${pc.yellow('!')} no --model: the tiny test model answers. It recites what it was taught and knows nothing.`);
  else {
    const line = createProgressLine({ quiet: args.json, title: 'fetch' });
    const store = createModelStore({ directory: defaultModelsDirectory() });
    closing.defer(() => store.close());
    const model = parseModel(args.model);
    const stored = await store.fetch(model, { signal, onProgress: line.show }).finally(line.stop);
    const path = stored.type === 'file' ? stored.path : join(stored.path, basename(model.uri ?? ''));
    folder = await mkdtemp(join(tmpdir(), 'byoc-demo-llm-'));
    closing.defer(() => rm(folder, { recursive: true, force: true }));
    await stageLlmPlugin(path, folder);
    say(`${pc.green('✓')} model ${path}`);
  }
  const options = { runtime: args.runtime, quiet: args.json, say, signal };
  const { orchestrator, fallbackReason } = await hostPlugin(folder, options);
  closing.defer(async () => {
    await orchestrator.stop();
    say(`${pc.green('✓')} everything that was started is gone`);
  });
  const { url, address, runtime } = orchestrator;
  const gateway = closing.use(createGateway({ sources: [staticSource([{ url, address }])] }));
  await gateway.ready();
  const [offer] = gateway.query({ capability: chat.name });
  const price = offer === undefined || isFree(offer.price) ? 'free' : formatPriceList(toPriceList(offer.price));
  const prompt = args.prompt ?? (args.model === undefined ? TAUGHT : ASKED);
  say(`\n${pc.bold(`> ${prompt}`)}`);
  const printer = createChatPrinter({ out: process.stdout, aside: process.stdout });
  const askedAt = Date.now();
  let firstMs: number | undefined;
  const job = gateway.run(chat, { prompt, maxOutputTokens: 512 }, { signal });
  for await (const frame of job) {
    if (frame.type !== 'event') continue;
    firstMs ??= Date.now() - askedAt;
    if (!args.json) printer.show(frame.event);
  }
  const { output, usage, payment } = await job.result.catch((error: unknown) => {
    // The job only knows that somebody aborted it.
    signal.throwIfAborted();
    throw error;
  });
  if (!args.json) printer.stop();
  const answeredMs = Date.now() - askedAt;
  const tookMs = Date.now() - startedAt;
  if (args.json) {
    const speed = { firstMs, answeredMs, tookMs };
    return printJson({ runtime, ...speed, prompt, output, usage, price, payment: describePayment(payment) });
  }
  const { model, usage: tokens } = output;
  const rate = (tokens.outputTokens / (answeredMs / 1000)).toFixed(1);
  say(`\n${pc.bold(model.name)} (${model.engine}), on the ${runtime} runtime:`);
  say(
    `${tokens.inputTokens + tokens.cachedInputTokens} tokens in, ${tokens.outputTokens} out · first after ${firstMs} ms, ${rate} a second · ${price}`,
  );
  if (fallbackReason !== undefined) say(pc.dim(`Docker was not used: ${fallbackReason}`));
}
