import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { judgePicture, rules } from './judge-picture.ts';
import { openTestStudio, runJob } from './run-job.ts';

/** Held-out prompts that are drawn; the first ones of evaluation.json are a fair mix. */
const PROMPTS = 50;
/** What the committed weights reach on these prompts, less 5 points, in percent. Over all 180, shapes are right in 91 and everything in 90. */
const BARS: Readonly<Record<string, number>> = {
  background: 95,
  count: 93,
  colour: 93,
  shape: 83,
  binding: 70,
  relation: 95,
  position: 95,
  size: 95,
  all: 83,
};

describe('the judge', () => {
  it('finds what is drawn, and what is not', async () => {
    const svg = (shapes: string) =>
      sharp(
        Buffer.from(
          `<svg xmlns="http://www.w3.org/2000/svg" width="128" height="128"><rect width="128" height="128" fill="rgb(250,250,250)"/>${shapes}</svg>`,
        ),
      )
        .removeAlpha()
        .raw()
        .toBuffer();
    const circle = '<circle cx="64" cy="30" r="20" fill="rgb(220,40,40)"/>';
    const square = '<rect x="44" y="80" width="40" height="40" fill="rgb(45,85,215)"/>';
    const expected = {
      ...{ prompt: '', seed: 0, background: 'white', relation: 'above' as const },
      things: [
        { colour: 'red', shape: 'circle' },
        { colour: 'blue', shape: 'square' },
      ],
    };
    const judge = async (shapes: string) =>
      judgePicture({ width: 128, height: 128, pixels: new Uint8Array(await svg(shapes)) }, expected);
    expect(Object.values(await judge(circle + square))).toEqual([true, true, true, true, true, true, true]);
    expect(await judge(square)).toMatchObject({
      background: true,
      count: false,
      colour: false,
      relation: false,
      all: false,
    });
    expect(await judge(circle.replace('30', '98') + square.replace('80', '5'))).toMatchObject({
      relation: false,
      shape: true,
    });
  });
});

describe('the built-in model', async () => {
  const studio = await openTestStudio();
  afterAll(() => studio.close());

  it(`follows ${PROMPTS} prompts that it never saw as well as its training reached`, { timeout: 600_000 }, async () => {
    const counts: Record<string, [right: number, judged: number]> = {};
    for (const expected of rules.prompts.slice(0, PROMPTS)) {
      const input = { model: 'builtin', prompt: expected.prompt, seed: expected.seed, metadata: false };
      const { files } = await runJob(studio, input);
      const { data, info } = await sharp(files['image-01.png']).raw().toBuffer({ resolveWithObject: true });
      const picture = { width: info.width, height: info.height, pixels: new Uint8Array(data) };
      for (const [attribute, isRight] of Object.entries(judgePicture(picture, expected))) {
        const [right, judged] = counts[attribute] ?? [0, 0];
        counts[attribute] = [right + Number(isRight), judged + 1];
      }
    }
    const percent = Object.fromEntries(
      Object.entries(counts).map(([name, [right, judged]]) => [name, Math.round((100 * right) / judged)]),
    );
    const below = Object.entries(BARS).filter(([name, bar]) => (percent[name] ?? 0) < bar);
    expect(below, JSON.stringify(percent)).toEqual([]);
  });
});
