import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ByocError } from '@byoc/core';
import { createGateway, type Gateway, staticSource } from '@byoc/core/gateway';
import { generate } from '@byoc/plugin-diffusion';
import type { RuntimeChoice } from '../choose-runtime.ts';
import { pc } from '../terminal/colours.ts';
import { printJson } from '../terminal/print-json.ts';
import { createProgressLine } from '../terminal/progress-line.ts';
import { bringDemoModel } from './bring-demo-model.ts';
import { hostPlugin } from './host-plugin.ts';
import { writeContactSheet } from './write-contact-sheet.ts';

/** What the built-in model can draw: flat shapes in a few colours. */
const PROMPTS = [
  'a red circle above a blue square',
  'a yellow star on a blue background',
  'a large green triangle',
  'an orange ring at the top left',
  'a purple cross to the right of a white circle on a black background',
  'a black square on an orange background',
  'a white ring on a green background',
  'a blue triangle below a yellow circle',
];

/** For a model of one's own. */
const OWN_PROMPTS = [
  'a lighthouse on a cliff at dawn, oil painting',
  'a red fox asleep in fresh snow, photograph',
  'an old library with tall windows, warm light',
  'a bowl of ripe cherries on a blue table, still life',
];

interface ImageDemoArguments {
  readonly model: string | undefined;
  readonly prompt: string | undefined;
  readonly inputFile: string | undefined;
  readonly output: string;
  readonly runtime: RuntimeChoice;
  readonly keep: boolean;
  readonly paid: boolean;
  readonly json: boolean;
}

/** A picture that the demo made. */
export interface DemoImage {
  readonly prompt: string;
  /** Relative to the folder of the sheet. */
  readonly file: string;
  readonly seed: number;
  readonly sha256: string;
}

/** Makes pictures from words, end to end, and puts them on a contact sheet. */
export async function runImageDemo(args: ImageDemoArguments, signal: AbortSignal): Promise<void> {
  for (const option of ['paid', 'keep', 'inputFile'] as const) {
    if (args[option])
      throw new ByocError('INPUT_ARGUMENT_INVALID', {
        argument: `--${option === 'inputFile' ? 'input-file' : option}`,
        reason: 'the demo of images has no use for it',
      });
  }
  const startedAt = Date.now();
  const say = (text: string) => args.json || process.stdout.write(`${text}\n`);
  const directory = resolve(args.output, 'images');
  await mkdir(directory, { recursive: true });
  const folder = fileURLToPath(new URL('.', import.meta.resolve('@byoc/plugin-diffusion/package.json')));
  const quiet = args.json;
  const model = await bringDemoModel({ named: args.model, quiet, say, signal });
  const { orchestrator, fallbackReason } = await hostPlugin(folder, {
    ...{ runtime: args.runtime, quiet, say, signal, models: model === undefined ? [] : [model] },
  });
  try {
    await using gateway = createGateway({
      sources: [staticSource([{ url: orchestrator.url, address: orchestrator.address }])],
    });
    const own = model === undefined ? PROMPTS : OWN_PROMPTS;
    const prompts = args.prompt === undefined ? own : [args.prompt];
    const made = await makeImages(gateway, prompts, directory, {
      ...{ quiet, signal, steps: model === undefined ? 20 : undefined },
    });
    const { images, megapixelSteps } = made;
    const sheet = join(directory, 'index.html');
    await writeFile(sheet, writeContactSheet(images, made.model));
    const tookMs = Date.now() - startedAt;
    const { runtime } = orchestrator;
    if (args.json)
      return printJson({
        ...{ runtime, tookMs, model: made.model, images },
        output: { directory, sheet },
        usage: { images: String(images.length), megapixel_steps: String(megapixelSteps) },
      });
    const shown = relative(process.cwd(), sheet) || sheet;
    say(
      `\n${pc.bold(String(images.length))} pictures by ${made.model.name} in ${(tookMs / 1000).toFixed(1)} s, start to end, on the ${runtime} runtime.`,
    );
    say(`Contact sheet: ${shown}\n`);
    if (fallbackReason !== undefined) say(pc.dim(`Docker was not used: ${fallbackReason}`));
  } finally {
    await orchestrator.stop();
    say(`${pc.green('✓')} everything that was started is gone`);
  }
}

async function makeImages(
  gateway: Gateway,
  prompts: readonly string[],
  directory: string,
  { quiet, signal, steps }: { quiet: boolean; signal: AbortSignal; steps: number | undefined },
): Promise<{ images: DemoImage[]; model: { name: string; digest: string }; megapixelSteps: bigint }> {
  await gateway.ready();
  const line = createProgressLine({ quiet, title: 'image' });
  const images: DemoImage[] = [];
  let model = { name: '', digest: '' };
  let megapixelSteps = 0n;
  try {
    for (const [index, prompt] of prompts.entries()) {
      const job = gateway.run(generate, { prompt, seed: index + 1, steps }, { signal });
      for await (const frame of job)
        if (frame.type === 'progress')
          line.show({ stage: prompt, fraction: (index + (frame.progress.fraction ?? 0)) / prompts.length });
      const { output, usage, download } = await job.result;
      const name = String(index + 1).padStart(2, '0');
      await download(join(directory, name), { signal, replace: true });
      for (const { image, seed, sha256 } of output.images)
        images.push({ prompt, file: `${name}/${image.$part}`, seed, sha256 });
      model = { name: output.model.name, digest: output.model.digest };
      megapixelSteps += usage['megapixel_steps'] ?? 0n;
    }
    return { images, model, megapixelSteps };
  } finally {
    line.stop();
  }
}
