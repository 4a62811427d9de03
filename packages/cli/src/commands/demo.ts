import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ByocError, isByocError } from '@byoc/core';
import { createGateway, staticSource } from '@byoc/core/gateway';
import { createAdminClient } from '@byoc/core/orchestrator';
import pc from 'picocolors';
import type { Argv, CommandModule } from 'yargs';
import type { RuntimeChoice } from '../choose-runtime.ts';
import { type DemoOrchestrator, startDemoOrchestrator } from '../demo/demo-orchestrator.ts';
import { makeDemoSource } from '../demo/demo-source.ts';
import { describeDemo } from '../demo/describe-demo.ts';
import { describePaidDemo } from '../demo/describe-paid-demo.ts';
import { runPaidDemo } from '../demo/run-paid-demo.ts';
import { transcodeFolder } from '../demo/transcode-folder.ts';
import { transcodeOnce } from '../demo/transcode-once.ts';
import { withInterrupt } from '../terminal/interrupt.ts';
import { printJson } from '../terminal/print-json.ts';
import { createProgressLine } from '../terminal/progress-line.ts';

interface DemoArguments {
  inputFile: string | undefined;
  output: string;
  runtime: RuntimeChoice;
  keep: boolean;
  paid: boolean;
  json: boolean;
}

/** `byoc demo` */
export const demoCommand: CommandModule<object, DemoArguments> = {
  command: 'demo',
  describe: 'Transcode a video end to end on this machine: orchestrator, sandboxed worker, gateway',
  builder: (yargs) =>
    (yargs as Argv<DemoArguments>)
      .options({
        'input-file': {
          alias: 'input',
          type: 'string',
          describe: 'a video of your own (default: a 10-second 1080p one is made)',
        },
        output: { alias: 'o', type: 'string', default: 'byoc-demo', describe: 'folder for the result' },
        runtime: {
          choices: ['auto', 'docker', 'process'] as const,
          default: 'auto' as const,
          describe: 'where the worker runs',
        },
        paid: {
          type: 'boolean',
          default: false,
          describe: "pay with tickets on a chain of its own: anvil with Livepeer's contracts",
        },
        keep: { type: 'boolean', default: false, describe: 'leave the orchestrator running' },
      })
      .example('$0 demo', 'Docker where it answers, else a child process')
      .example('$0 demo --input holiday.mov', 'your own video')
      .example('$0 demo --paid', 'fund, quote, pay with tickets, redeem them')
      .example('$0 demo --json', 'the same facts as one JSON object'),
  handler: (args) => withInterrupt((signal) => demo(args, signal)),
};

async function demo(args: DemoArguments, signal: AbortSignal): Promise<void> {
  if (args.paid && args.keep)
    throw new ByocError('INPUT_ARGUMENT_INVALID', {
      argument: '--keep',
      reason: 'the chain of --paid ends with the demo',
    });
  const startedAt = Date.now();
  const say = (text: string) => args.json || process.stdout.write(`${text}\n`);
  const directory = resolve(args.output);
  await mkdir(directory, { recursive: true });

  let source = args.inputFile === undefined ? join(directory, 'source.mp4') : resolve(args.inputFile);
  if (args.inputFile === undefined) {
    const { made, ffmpeg } = await makeDemoSource(source, { signal });
    say(
      `${pc.green('✓')} ${made ? `made a 10-second 1080p video with sound (ffmpeg from ${ffmpeg})` : 'took the video of an earlier run'}`,
    );
  } else {
    source = resolve(args.inputFile);
  }

  if (args.paid) {
    const options = { source, directory, runtime: args.runtime, quiet: args.json, startedAt, say, signal };
    const paid = await runPaidDemo(options);
    if (args.json) printJson(paid);
    else say(`${describeDemo(paid)}${describePaidDemo(paid.payment)}`);
    return;
  }

  const { orchestrator, fallbackReason } = await hostPlugin(args, say, signal);
  let kept = false;
  try {
    await using gateway = createGateway({
      sources: [staticSource([{ url: orchestrator.url, address: orchestrator.address }])],
    });
    const options = { source, directory, quiet: args.json, startedAt, signal };
    const { facts } = await transcodeOnce(gateway, orchestrator.runtime, options);
    if (args.keep) {
      await orchestrator.keep();
      kept = true;
    }
    if (args.json)
      return printJson(
        kept
          ? {
              ...facts,
              orchestrator: { url: orchestrator.url, pid: orchestrator.pid, dataDirectory: orchestrator.dataDirectory },
            }
          : facts,
      );
    say(describeDemo(facts));
    if (fallbackReason !== undefined) say(pc.dim(`Docker was not used: ${fallbackReason}`));
    if (kept)
      say(
        `The orchestrator goes on at ${orchestrator.url}. End it with: byoc orchestrator stop --data-dir ${orchestrator.dataDirectory}`,
      );
  } finally {
    if (!kept) {
      await orchestrator.stop();
      say(`${pc.green('✓')} everything that was started is gone`);
    }
  }
}

/** Starts an orchestrator and installs the plugin; for `auto`, on the process runtime when Docker can't build the image. */
async function hostPlugin(
  args: DemoArguments,
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<{ orchestrator: DemoOrchestrator; fallbackReason: string | undefined }> {
  let runtime = args.runtime;
  for (let fallbackReason: string | undefined; ; ) {
    const orchestrator = await startDemoOrchestrator({ runtime, signal });
    const line = createProgressLine({ quiet: args.json, title: 'install' });
    try {
      say(
        `${pc.green('✓')} orchestrator ${orchestrator.address} on the ${pc.bold(orchestrator.runtime)} runtime${orchestrator.runtime === 'process' ? ' (no sandbox)' : ''}`,
      );
      const admin = createAdminClient({ dataDirectory: orchestrator.dataDirectory });
      const plugin = await admin.installPlugin(
        { type: 'folder', path: transcodeFolder() },
        { signal, onProgress: (progress) => line.show(progress) },
      );
      line.stop();
      say(`${pc.green('✓')} installed ${plugin.pluginId} ${plugin.manifest.version}`);
      return { orchestrator, fallbackReason };
    } catch (error) {
      line.stop();
      await orchestrator.stop();
      if (signal.aborted || args.runtime !== 'auto' || orchestrator.runtime !== 'docker' || !isByocError(error))
        throw error;
      fallbackReason = error.shortMessage;
      say(`${pc.yellow('!')} Docker can't host the plugin here (${error.shortMessage}); going on without it`);
      runtime = 'process';
    }
  }
}
