import { join, resolve } from 'node:path';
import { ByocError } from '@byoc/core';
import type { JobResult } from '@byoc/core/gateway';
import type { Argv, CommandModule } from 'yargs';
import { chatEventOf, createChatPrinter, isChat } from '../chat/chat-printer.ts';
import { dataDirectoryOption } from '../data-directory.ts';
import { describePayment } from '../describe-payment.ts';
import { decodePreview } from '../image/decode-preview.ts';
import { describePictures } from '../image/describe-pictures.ts';
import { createPicturePreview } from '../image/picture-preview.ts';
import { choosePictureProtocol } from '../image/picture-protocol.ts';
import { askForPreviews, isGenerated, isImage, planImageFile } from '../image/plan-image-run.ts';
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
import { type VerifiedResult, verifyResult } from '../verify-result.ts';
import { type WrittenProvenance, writeProvenance } from '../write-provenance.ts';
import { runParallel } from './run-parallel.ts';

interface RunArguments extends PayArguments {
  capability: string;
  input: string[] | undefined;
  file: string[] | undefined;
  output: string | undefined;
  parallel: number | undefined;
  preview: boolean | undefined;
  provenance: boolean;
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
        provenance: {
          type: 'boolean',
          default: false,
          describe: 'write beside each file what proves where it comes from, for `byoc verify`',
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
  const protocol =
    isGenerated(args.capability) && !args.json ? choosePictureProtocol(process.stderr, args.preview) : undefined;
  if (protocol !== undefined) askForPreviews(input);
  if (args.provenance && (args.output === undefined || args.parallel !== undefined))
    throw new ByocError('INPUT_ARGUMENT_INVALID', {
      argument: '--provenance',
      reason: args.output === undefined ? 'it is written beside files: name them with --output' : 'pieces have none',
    });
  const maxCostWei = parseWei(args.maxCost);
  const deadlineMs = parseDurationMs(args.deadline);
  await using gateway = await openGateway({ ...args, dataDir: resolve(args.dataDir) }, { budgetWei: maxCostWei });
  const line = createProgressLine({ quiet: args.json, title: args.capability });
  const startedAt = Date.now();
  const limits = { deadlineMs, signal, maxCostWei };
  try {
    if (args.parallel !== undefined)
      return await runParallel(gateway, { ...args, parallel: args.parallel }, input, limits, line);
    const job = gateway.run(args.capability, input, { ...limits, receipt: args.provenance });
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
    const files = await fetchFiles(result, { directory, file, signal });
    const provenance = args.provenance ? await writeProvenance(result, files) : undefined;
    const proof = directory === undefined ? undefined : await verifyResult(args.capability, result, directory, signal);
    // The files are there and paid for: they stay, and the exit code tells.
    const error = proof?.error ?? provenance?.error;
    if (error !== undefined) process.exitCode = exitCodeOf(error);
    const ran = { result, tookMs: Date.now() - startedAt, directory, file, proof, provenance };
    if (args.json) printJson(factsOf(ran));
    else tell(args.capability, ran);
  } finally {
    line.stop();
  }
}

/** A job that went well, and where its files are. */
interface RanJob {
  readonly result: JobResult;
  readonly tookMs: number;
  readonly directory: string | undefined;
  readonly file: string | undefined;
  readonly proof: VerifiedResult | undefined;
  readonly provenance: WrittenProvenance | undefined;
}

/** Fetches what was asked for. Resolves with the paths. */
async function fetchFiles(
  result: JobResult,
  { directory, file, signal }: { directory: string | undefined; file: string | undefined; signal: AbortSignal },
): Promise<string[]> {
  const [first] = result.parts;
  if (file !== undefined && first !== undefined) {
    await result.file(first.name, file, { signal });
    return [file];
  }
  if (directory === undefined) return [];
  await result.download(directory, { signal });
  return result.parts.map(({ name }) => join(directory, name));
}

function factsOf({ result, tookMs, directory, file, proof, provenance }: RanJob) {
  return {
    job: result.jobId,
    tookMs,
    orchestrator: result.orchestrator,
    plugin: result.plugin,
    output: result.output,
    usage: result.usage,
    payment: describePayment(result.payment),
    parts: result.parts,
    ...(directory === undefined ? {} : { directory }),
    ...(file === undefined ? {} : { file }),
    ...(proof?.facts === undefined ? {} : { proof: proof.facts }),
    ...(provenance === undefined ? {} : { provenance: { files: provenance.paths, problem: provenance.error?.code } }),
  };
}

function tell(capability: string, { result, tookMs, directory, file, proof, provenance }: RanJob): void {
  const pictures = isImage(capability) ? describePictures(result.output, { directory, file }) : undefined;
  if (pictures !== undefined) process.stdout.write(`${pictures}\n`);
  // An answer has been told as it came.
  else if (!isChat(capability)) printJson(result.output);
  const usage = Object.entries(result.usage).map(([meter, total]) => `${total} ${meter}`);
  const used = usage.length === 0 ? '' : ` · ${usage.join(', ')}`;
  process.stderr.write(`Done in ${(tookMs / 1000).toFixed(1)} s${used}.\n`);
  const { payment, parts } = result;
  if (pictures !== undefined && payment.chargedWei === 0n) process.stderr.write('It was free.\n');
  if (payment.chargedWei > 0n) process.stderr.write(`Paid ${formatWei(payment.chargedWei)} by ${payment.provider}.\n`);
  if (payment.problem !== undefined) printError(payment.problem, { json: false });
  if (proof?.error !== undefined) printError(proof.error, { json: false });
  else if (proof !== undefined) process.stderr.write(`Counted in the files: ${proof.counted}, as billed.\n`);
  if (provenance?.error !== undefined) printError(provenance.error, { json: false });
  else if (provenance !== undefined)
    process.stderr.write(`Where they come from: ${provenance.paths.length} signed, for \`byoc verify\`.\n`);
  if (directory !== undefined) process.stderr.write(`${parts.length} files in ${directory}\n`);
  else if (file === undefined && parts.length > 0)
    process.stderr.write(`${parts.length} files were not fetched: name a folder with --output.\n`);
}
