import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BlobRef, parseInput } from '@byoc/core';
import { generate } from '@byoc/plugin-diffusion';
import type { ImageEngine } from '@byoc/plugin-diffusion/engine';
import sharp from 'sharp';
import { writePicture } from '../../../packages/plugin-diffusion/src/image/write-picture.ts';
import { DEFAULT_LIMITS } from '../../../packages/plugin-diffusion/src/job/limits.ts';
import type { Behaviour, ServedJob } from './image-server.ts';

/** What a server was asked to draw, in our words. */
export interface DrawnAsk {
  readonly prompt: string;
  readonly width: number;
  readonly height: number;
  readonly steps: number;
  readonly seed: number;
  readonly guidance?: number;
  /** Files. */
  readonly image?: Uint8Array | undefined;
  readonly mask?: Uint8Array | undefined;
  readonly strength?: number;
}

/** Draws for servers with the built-in model, so that what they give can be judged. */
export interface Draughtsman {
  /** A PNG file, or undefined where the job was stopped. `show` gets what there is after a step. */
  draw(job: ServedJob, behaviour: Behaviour, show?: (png: Uint8Array) => void): Promise<Uint8Array | undefined>;
}

export function createDraughtsman(engine: ImageEngine): Draughtsman {
  return {
    async draw(job, behaviour, show) {
      const { ask } = job;
      if (behaviour.instead !== undefined) return await behaviour.instead();
      const folder = await mkdtemp(join(tmpdir(), 'byoc-draw-'));
      try {
        for (const part of ['image', 'mask'] as const) if (ask[part]) await writeFile(join(folder, part), ask[part]);
        const mask = ask.mask === undefined ? {} : { mask: { $part: 'mask' } };
        const source =
          ask.image === undefined
            ? {}
            : { source: { image: { $part: 'image' }, strength: ask.strength ?? 0.8, ...mask } };
        const { prompt, width, height, steps, seed, guidance = 3.5 } = ask;
        const asked = { prompt, width, height, steps, guidance, previews: show && {}, ...source };
        const input = parseInput(generate, JSON.parse(JSON.stringify(asked)));
        const { signal } = new AbortController();
        const file = async (ref: BlobRef) => join(folder, '$part' in ref ? ref.$part : '');
        let drawn: Uint8Array | undefined;
        for await (const step of engine.generate({ input, seed, limits: DEFAULT_LIMITS, signal, file })) {
          if (step.type === 'settled') job.steps = step.settings.stepsRun;
          if (step.type === 'step') {
            job.step = step.step;
            const preview = show && (await step.preview?.());
            if (show && preview && 'pixels' in preview)
              show(await writePicture(preview, { format: 'jpeg', quality: 60 }));
            await behaviour.onStep(job);
            if (job.isStopped) return undefined;
          }
          if (step.type === 'picture' && 'pixels' in step.picture)
            drawn = await writePicture(step.picture, { format: 'png', quality: 100 });
        }
        return drawn;
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  };
}

/** A picture of one colour, as a file. */
export function plainPicture(width: number, height: number, background: string): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toBuffer();
}
