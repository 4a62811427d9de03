import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BlobRef, parseInput } from '@byoc/core';
import { generate, upscale } from '@byoc/plugin-diffusion';
import type { ImageEngine } from '@byoc/plugin-diffusion/engine';
import sharp from 'sharp';
import { writePicture } from '../../../packages/plugin-diffusion/src/image/write-picture.ts';
import { DEFAULT_LIMITS } from '../../../packages/plugin-diffusion/src/job/limits.ts';
import type { Picture } from '../../../packages/plugin-diffusion/src/pipeline/picture.ts';
import { resamplePicture } from '../../../packages/plugin-diffusion/src/upscale/resample-picture.ts';
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
  /** Enlarges the image of a job with the built-in upscaler. The same, of the size that A1111 would give it. */
  enlarge(job: ServedJob, behaviour: Behaviour, scale: number): Promise<Uint8Array | undefined>;
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
    async enlarge(job, behaviour, scale) {
      const folder = await mkdtemp(join(tmpdir(), 'byoc-enlarge-'));
      try {
        await writeFile(join(folder, 'image'), job.ask.image ?? new Uint8Array());
        const input = parseInput(upscale, { image: { $part: 'image' }, scale, model: 'builtin-upscaler' });
        const { signal } = new AbortController();
        const file = async () => join(folder, 'image');
        let large: Uint8Array | undefined;
        for await (const step of engine.upscale?.({ input, limits: DEFAULT_LIMITS, signal, file }) ?? []) {
          if (step.type === 'tile') {
            job.step = step.tile;
            await behaviour.onStep(job);
            if (job.isStopped) return undefined;
          }
          if (step.type === 'picture' && 'pixels' in step.picture) large = await roundDown(step.picture);
        }
        return behaviour.instead === undefined ? large : await behaviour.instead();
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  };
}

/** A1111 rounds sides down to whole eights. */
async function roundDown(picture: Picture): Promise<Uint8Array> {
  const [width, height] = [picture.width - (picture.width % 8), picture.height - (picture.height % 8)];
  return writePicture(await resamplePicture(picture, width, height), { format: 'png', quality: 100 });
}

/** A picture of one colour, as a file. */
export function plainPicture(width: number, height: number, background: string): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toBuffer();
}
