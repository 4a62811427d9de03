import { resolve } from 'node:path';
import type { Argv, CommandModule } from 'yargs';
import { chatEventOf, createChatPrinter, isChat } from '../chat/chat-printer.ts';
import { dataDirectoryOption } from '../data-directory.ts';
import { describePayment } from '../describe-payment.ts';
import { decodePreview } from '../image/decode-preview.ts';
import { describePictures } from '../image/describe-pictures.ts';
import { createPicturePreview } from '../image/picture-preview.ts';
import { choosePictureProtocol } from '../image/picture-protocol.ts';
import { askForPreviews, isImage, planImageFile } from '../image/plan-image-run.ts';
import { openGateway, orchestratorsOption } from '../open-gateway.ts';
import { parseDurationMs } from '../parse-duration.ts';
import { addFile, parseInput } from '../parse-input.ts';
import { formatWei, parseWei } from '../parse-wei.ts';
import { type PayArguments, payOptions } from '../pay-options.ts';
import { exitCodeOf } from '../terminal/exit-code.ts';
import { withInterrupt } from '../terminal/interrupt.ts';
import { printError } from '../terminal/print-error.ts';
import { printJson } from '../terminal/print-json.ts';
import { createProgressLine } from '../terminal/progress-line.ts';
import { verifyResult } from '../verify-result.ts';
import { runParallel } from './run-parallel.ts';

interface RunArguments extends PayArguments {
  capability: string;
  input: string[] | undefined;
  file: string[] | undefined;
  output: string | undefined;
  parallel: number | undefined;
  preview: boolean | undefined;
  deadline: string;
  maxCost: string;
  orchestrator: string[] | undefined;
  dataDir: string;
  events: boolean;
  json: boolean;
}

/** `byoc run <capability>` */
export const runCommand: CommandModule<object, RunArguments> = {
  command: 'run <capability>',
  describe: 'Run a capability and wait for its result',
  builder: (yargs) =>
    (yargs as Argv<RunArguments>)
      .positional('capability', {
        type: 'string',
        demandOption: true,
        describe: '`namespace/name`, with a version range if you like',
      })
      .options({
        input: {
          alias: 'i',
          type: 'string',
          array: true,
          describe: 'a field of the input: `key=value`, `a.b.0=value`, or `@file.json`',
        },
        file: { alias: 'f', type: 'string', array: true, describe: 'bytes for the input: `key=path`' },
        output: {
          alias: ['o', 'out'],
          type: 'string',
          describe: 'folder for the files of the result (made when missing); for one picture also its file: `out.png`',
        },
        parallel: {
          type: 'number',
          describe: 'jobs at once for one video: it is cut at keyframes and joined again (video/transcode only)',
        },
        preview: {
          type: 'boolean',
          describe:
            'show a picture while it is made, with characters where the terminal has no pictures (default: where it has)',
        },
        deadline: { type: 'string', default: '10m', describe: 'the job fails when it takes longer' },
        'max-cost': {
          type: 'string',
          default: '0 wei',
          describe: 'the most all of this may cost, whatever an orchestrator says: `0.001 ETH`',
        },
        events: { type: 'boolean', default: false, describe: 'print events as JSON lines on standard error' },
        ...dataDirectoryOption,
        ...orchestratorsOption,
        ...payOptions,
      })
      .example('$0 run demo/echo -i text=hello', 'a small job')
      .example('$0 run text/chat -i prompt="Why is the sky blue?"', 'the answer as it is written')
      .example('$0 run image/generate -i prompt="a red circle" -o out.png', 'a picture, shown while it is made')
      .example('$0 run video/transcode -f source=in.mp4 -o out', 'a file in, files out')
      .example('$0 run video/transcode -f source=long.mp4 -o out --parallel 8', 'one video, several jobs at once')
      .example(
        "$0 run text/chat -i '@chat.json' --pay livepeer --max-cost '0.001 ETH'",
        'pay with tickets of the wallet of `byoc wallet create`',
      )
      .example("$0 run demo/echo -i '@input.json' --json", 'for programs'),
  handler: (args) => withInterrupt((signal) => run(args, signal)),
};

async function run(args: RunArguments, signal: AbortSignal): Promise<void> {
  const input = parseInput(args.input ?? []);
  for (const argument of args.file ?? []) addFile(input, argument);
  const isPicture = isImage(args.capability);
  const file = isPicture && args.output !== undefined ? planImageFile(input, args.output) : undefined;
  const protocol = isPicture && !args.json ? choosePictureProtocol(process.stderr, args.preview) : undefined;
  if (protocol !== undefined) askForPreviews(input);
  const maxCostWei = parseWei(args.maxCost);
  const deadlineMs = parseDurationMs(args.deadline);
  await using gateway = await openGateway({ ...args, dataDir: resolve(args.dataDir) }, { budgetWei: maxCostWei });
  const line = createProgressLine({ quiet: args.json, title: args.capability });
  const startedAt = Date.now();
  const limits = { deadlineMs, signal, maxCostWei };
  try {
    if (args.parallel !== undefined)
      return await runParallel(gateway, { ...args, parallel: args.parallel }, input, limits, line);
    const job = gateway.run(args.capability, input, limits);
    const picture = protocol === undefined ? undefined : createPicturePreview(process.stderr, protocol);
    const printer = createChatPrinter({ out: process.stdout, aside: process.stderr });
    for await (const frame of job) {
      const said = args.json ? undefined : chatEventOf(args.capability, frame);
      if (said !== undefined) {
        line.stop();
        printer.show(said);
      }
      if (frame.type === 'progress') line.show(frame.progress);
      else if (frame.type === 'queued') line.show({ stage: 'queued', message: `${frame.position} ahead` });
      else if (frame.type === 'event' && args.events) process.stderr.write(`${JSON.stringify(frame.event)}\n`);
      const preview = frame.type === 'event' && picture !== undefined ? decodePreview(frame.event) : undefined;
      if (preview !== undefined) {
        line.stop();
        picture?.show(preview);
      }
    }
    printer.stop();
    const result = await job.result;
    line.stop();
    const directory = args.output === undefined || file !== undefined ? undefined : resolve(args.output);
    const [first] = result.parts;
    if (file !== undefined && first !== undefined) await result.file(first.name, file, { signal });
    if (directory !== undefined) await result.download(directory, { signal });
    const proof = directory === undefined ? undefined : await verifyResult(args.capability, result, directory, signal);
    const facts = {
      job: result.jobId,
      tookMs: Date.now() - startedAt,
      orchestrator: result.orchestrator,
      plugin: result.plugin,
      output: result.output,
      usage: result.usage,
      payment: describePayment(result.payment),
      parts: result.parts,
      ...(directory === undefined ? {} : { directory }),
      ...(file === undefined ? {} : { file }),
      ...(proof?.facts === undefined ? {} : { proof: proof.facts }),
    };
    // The files are there and paid for: they stay, and the exit code tells.
    if (proof?.error !== undefined) process.exitCode = exitCodeOf(proof.error);
    if (args.json) return printJson(facts);
    const pictures = isPicture ? describePictures(result.output, { directory, file }) : undefined;
    if (pictures !== undefined) process.stdout.write(`${pictures}\n`);
    // An answer has been told as it came.
    else if (!isChat(args.capability)) printJson(result.output);
    const usage = Object.entries(result.usage).map(([meter, total]) => `${total} ${meter}`);
    process.stderr.write(
      `Done in ${((Date.now() - startedAt) / 1000).toFixed(1)} s${usage.length === 0 ? '' : ` · ${usage.join(', ')}`}.\n`,
    );
    if (isPicture && result.payment.chargedWei === 0n) process.stderr.write('It was free.\n');
    if (result.payment.chargedWei > 0n)
      process.stderr.write(`Paid ${formatWei(result.payment.chargedWei)} by ${result.payment.provider}.\n`);
    if (result.payment.problem !== undefined) printError(result.payment.problem, { json: false });
    if (proof?.error !== undefined) printError(proof.error, { json: false });
    else if (proof !== undefined) process.stderr.write(`Counted in the files: ${proof.counted}, as billed.\n`);
    if (directory !== undefined) process.stderr.write(`${result.parts.length} files in ${directory}\n`);
    else if (file === undefined && result.parts.length > 0)
      process.stderr.write(`${result.parts.length} files were not fetched: name a folder with --output.\n`);
  } finally {
    line.stop();
  }
}
