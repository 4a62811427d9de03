import { resolve } from 'node:path';
import { ByocError, type JsonObject } from '@byoc/core';
import type { Gateway, RunInput, RunOptions } from '@byoc/core/gateway';
import { transcode } from '@byoc/plugin-transcode';
import { transcodeInParallel } from '@byoc/plugin-transcode/parallel';
import { exitCodeOf } from '../terminal/exit-code.ts';
import { printError } from '../terminal/print-error.ts';
import { printJson } from '../terminal/print-json.ts';
import type { ProgressLine } from '../terminal/progress-line.ts';
import { verified, verifyResult } from '../verify-result.ts';

interface ParallelArguments {
  readonly capability: string;
  readonly parallel: number;
  readonly output: string | undefined;
  readonly json: boolean;
}

/** `byoc run video/transcode --parallel N` @throws ByocError INPUT_ARGUMENT_INVALID */
export async function runParallel(
  gateway: Gateway,
  args: ParallelArguments,
  input: JsonObject,
  options: RunOptions & { signal: AbortSignal },
  line: ProgressLine,
): Promise<void> {
  const refuse = (argument: string, reason: string) => new ByocError('INPUT_ARGUMENT_INVALID', { argument, reason });
  const { parallel, output, json } = args;
  if (args.capability.split('@')[0] !== transcode.name)
    throw refuse('--parallel', `it is for ${transcode.name}, not for ${args.capability}`);
  if (!Number.isInteger(parallel) || parallel < 1)
    throw refuse(`--parallel ${parallel}`, 'it is a whole number from 1 on');
  if (output === undefined) throw refuse('--parallel', 'the pieces are joined into a folder: name it with --output');
  const startedAt = Date.now();
  await using transcoding = transcodeInParallel(gateway, input as RunInput<typeof transcode>, { ...options, parallel });
  for await (const frame of transcoding) if (frame.type === 'progress') line.show(frame.progress);
  const result = await transcoding.result.catch((error: unknown) => {
    // The job only knows that somebody aborted it.
    options.signal.throwIfAborted();
    throw error;
  });
  line.stop();
  const directory = resolve(output);
  await result.download(directory, { signal: options.signal });
  const [first] = result.jobs as [(typeof result.jobs)[0]];
  // What ran as one job has no proof yet: its files were not here before.
  const proof =
    result.proof === undefined
      ? await verifyResult(args.capability, { ...first, ...result }, directory, options.signal)
      : verified(result.proof, { orchestrator: first.orchestrator.url, jobId: first.jobId });
  if (proof?.error !== undefined) process.exitCode = exitCodeOf(proof.error);
  const tookMs = Date.now() - startedAt;
  const jobs = result.jobs.map(({ receipt: _receipt, ...job }) => job);
  if (json)
    return printJson({
      ...{ jobs, tookMs, output: result.output, usage: result.usage, parts: result.parts, directory },
      ...(proof?.facts === undefined ? {} : { proof: proof.facts }),
    });
  printJson(result.output);
  const hosts = new Set(jobs.map(({ orchestrator }) => orchestrator.url)).size;
  process.stderr.write(
    `Done in ${(tookMs / 1000).toFixed(1)} s · ${result.usage.pixels ?? 0n} pixels · ${jobs.length} jobs at ${hosts} orchestrators.\n`,
  );
  if (proof?.error !== undefined) printError(proof.error, { json: false });
  else if (proof !== undefined) process.stderr.write(`Counted in the files: ${proof.counted}, as billed.\n`);
  process.stderr.write(`${result.parts.length} files in ${directory}\n`);
}
