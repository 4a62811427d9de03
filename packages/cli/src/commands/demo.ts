import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ByocError } from '@byoc/core';
import { createGateway, staticSource } from '@byoc/core/gateway';
import type { Argv, CommandModule } from 'yargs';
import type { RuntimeChoice } from '../choose-runtime.ts';
import { makeDemoSource } from '../demo/demo-source.ts';
import { describeDemo } from '../demo/describe-demo.ts';
import { describePaidDemo } from '../demo/describe-paid-demo.ts';
import { hostPlugin } from '../demo/host-plugin.ts';
import { runChatDemo } from '../demo/run-chat-demo.ts';
import { runImageDemo } from '../demo/run-image-demo.ts';
import { runPaidDemo } from '../demo/run-paid-demo.ts';
import { transcodeFolder } from '../demo/transcode-folder.ts';
import { transcodeOnce } from '../demo/transcode-once.ts';
import { pc } from '../terminal/colours.ts';
import { withInterrupt } from '../terminal/interrupt.ts';
import { printJson } from '../terminal/print-json.ts';

interface DemoArguments {
  what: 'transcode' | 'image' | 'chat';
  model: string | undefined;
  prompt: string | undefined;
  inputFile: string | undefined;
  output: string;
  runtime: RuntimeChoice;
  keep: boolean;
  paid: boolean;
  json: boolean;
}

/** `byoc demo` */
export const demoCommand: CommandModule<object, DemoArguments> = {
  command: 'demo [what]',
  describe:
    'Transcode a video, make pictures, or ask a language model, end to end on this machine: orchestrator, sandboxed worker, gateway',
  builder: (yargs) =>
    (yargs as Argv<DemoArguments>)
      .positional('what', {
        choices: ['transcode', 'image', 'chat'] as const,
        default: 'transcode' as const,
        describe: 'what to show',
      })
      .options({
        'input-file': {
          alias: 'input',
          type: 'string',
          describe: 'a video of your own (default: a 10-second 1080p one is made)',
        },
        model: {
          type: 'string',
          describe:
            '[NAME=]FILE, https://… or hf://owner/repository[@revision][/file]: GGUF for chat, a folder of ONNX for image (default: a small one is fetched for chat, the built-in one makes images)',
        },
        prompt: { type: 'string', describe: 'for chat: what to ask; for image: what to draw' },
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
      .example('$0 demo image', 'pictures from words, by the model that comes with the plugin')
      .example('$0 demo chat --model ~/models/qwen3-8b.gguf', 'an answer, streamed from a sandboxed worker')
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
  if (args.what === 'chat') return runChatDemo(args, signal);
  if (args.what === 'image') return runImageDemo(args, signal);
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

  const { orchestrator, fallbackReason } = await hostPlugin(transcodeFolder(), {
    ...{ runtime: args.runtime, quiet: args.json, say, signal },
  });
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
