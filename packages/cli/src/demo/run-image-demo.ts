import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ByocError } from '@byoc/core';
import { createGateway, type Gateway, staticSource } from '@byoc/core/gateway';
import { generate } from '@byoc/plugin-diffusion';
import pc from 'picocolors';
import type { RuntimeChoice } from '../choose-runtime.ts';
import { printJson } from '../terminal/print-json.ts';
import { createProgressLine } from '../terminal/progress-line.ts';
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

interface ImageDemoArguments {
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
  const { orchestrator, fallbackReason } = await hostPlugin(folder, {
    ...{ runtime: args.runtime, quiet: args.json, say, signal },
  });
  try {
    await using gateway = createGateway({
      sources: [staticSource([{ url: orchestrator.url, address: orchestrator.address }])],
    });
    const { images, model, megapixelSteps } = await makeImages(gateway, directory, { quiet: args.json, signal });
    const sheet = join(directory, 'index.html');
    await writeFile(sheet, writeContactSheet(images, model));
    const tookMs = Date.now() - startedAt;
    const { runtime } = orchestrator;
    if (args.json)
      return printJson({
        ...{ runtime, tookMs, model, images },
        output: { directory, sheet },
        usage: { images: String(images.length), megapixel_steps: String(megapixelSteps) },
      });
    const shown = relative(process.cwd(), sheet) || sheet;
    say(
      `\n${pc.bold(String(images.length))} pictures by ${model.name} in ${(tookMs / 1000).toFixed(1)} s, start to end, on the ${runtime} runtime.`,
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
  directory: string,
  { quiet, signal }: { quiet: boolean; signal: AbortSignal },
): Promise<{ images: DemoImage[]; model: { name: string; digest: string }; megapixelSteps: bigint }> {
  await gateway.ready();
  const line = createProgressLine({ quiet, title: 'image' });
  const images: DemoImage[] = [];
  let model = { name: '', digest: '' };
  let megapixelSteps = 0n;
  try {
    for (const [index, prompt] of PROMPTS.entries()) {
      const job = gateway.run(generate, { prompt, seed: index + 1, steps: 20 }, { signal });
      for await (const frame of job)
        if (frame.type === 'progress')
          line.show({ stage: prompt, fraction: (index + (frame.progress.fraction ?? 0)) / PROMPTS.length });
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
