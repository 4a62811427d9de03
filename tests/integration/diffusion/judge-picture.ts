import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Picture } from '../../../packages/plugin-diffusion/src/pipeline/picture.ts';
import { repositoryRoot } from '../../support/run-command.ts';

/** What a picture must show. */
export interface JudgedPrompt {
  readonly prompt: string;
  readonly seed: number;
  readonly background: string;
  readonly things: readonly { readonly colour: string; readonly shape: string }[];
  readonly relation?: 'left' | 'right' | 'above' | 'below';
  readonly position?: readonly [number, number];
  readonly size?: 'small' | 'large';
}

interface Rules {
  readonly colours: Readonly<Record<string, readonly [number, number, number]>>;
  readonly limits: Readonly<Record<'borderPixels' | 'leastAreaPixels' | 'leastInnerPixels', number>> &
    Readonly<Record<'relationGap' | 'smallBelow' | 'largeAbove', number>> & { readonly thirds: readonly number[] };
  readonly templates: Readonly<Record<string, readonly string[]>>;
  readonly prompts: readonly JudgedPrompt[];
}

/** What training/JUDGE.md describes, with all its numbers. */
export const rules: Rules = JSON.parse(
  readFileSync(join(repositoryRoot, 'packages/plugin-diffusion/model/evaluation.json'), 'utf8'),
);

interface Thing {
  readonly colour: string;
  readonly shape: string;
  readonly x: number;
  readonly y: number;
  readonly side: number;
  readonly area: number;
}

/** Says what is right about a picture, by the steps of training/JUDGE.md; `all` is whether everything is. */
export function judgePicture(picture: Picture, expected: JudgedPrompt): Record<string, boolean> {
  const { limits } = rules;
  const { background, things } = findThings(picture);
  const wanted = expected.things;
  const same = (a: readonly string[], b: readonly string[]) => a.toSorted().join() === b.toSorted().join();
  const unique = (key: 'colour' | 'shape', of: readonly { colour: string; shape: string }[]) => [
    ...new Set(of.map((one) => one[key])),
  ];
  const right: Record<string, boolean> = {
    background: background === expected.background,
    count: things.length === wanted.length,
    colour: same(unique('colour', things), unique('colour', wanted)),
    shape: same(
      things.map(({ shape }) => shape),
      wanted.map(({ shape }) => shape),
    ),
  };
  if (expected.relation !== undefined) {
    const of = wanted.map(({ colour }) => things.filter((thing) => thing.colour === colour));
    right['binding'] = wanted.every(({ shape }, at) => of[at]?.some((thing) => thing.shape === shape) ?? false);
    const [first, second] = [of[0]?.[0], of[1]?.[0]];
    const [dx, dy] = first && second ? [first.x - second.x, first.y - second.y] : [0, 0];
    const gap = picture.height * limits.relationGap;
    right['relation'] = { left: dx < -gap, right: dx > gap, above: dy < -gap, below: dy > gap }[expected.relation];
  }
  const largest = things.reduce<Thing | undefined>(
    (most, thing) => (thing.area > (most?.area ?? 0) ? thing : most),
    undefined,
  );
  if (expected.position !== undefined) {
    const third = (value: number) => {
      const far = limits.thirds.map((share) => Math.abs(value - share * picture.height));
      return far.indexOf(Math.min(...far));
    };
    right['position'] =
      largest !== undefined && same([`${third(largest.x)} ${third(largest.y)}`], [expected.position.join(' ')]);
  }
  if (expected.size !== undefined) {
    const share = largest === undefined ? 0.5 : largest.side / picture.height;
    right['size'] = expected.size === 'small' ? share < limits.smallBelow : share > limits.largeAbove;
  }
  return { ...right, all: Object.values(right).every(Boolean) };
}

function findThings({ width, height, pixels }: Picture): { background: string; things: Thing[] } {
  const { limits, colours, templates } = rules;
  const names = Object.keys(colours);
  const palette = Object.values(colours);
  const nearest = Array.from({ length: width * height }, (_, at) => {
    const far = palette.map((colour) =>
      colour.reduce((sum, value, part) => sum + (value - (pixels[at * 3 + part] as number)) ** 2, 0),
    );
    return far.indexOf(Math.min(...far));
  });
  const border = nearest.filter((_, at) => {
    const [x, y] = [at % width, Math.floor(at / width)];
    return Math.min(x, y, width - 1 - x, height - 1 - y) < limits.borderPixels;
  });
  const background = mostFrequent(border);
  const around = (at: number) => [
    ...(at % width > 0 ? [at - 1] : []),
    ...(at % width < width - 1 ? [at + 1] : []),
    ...(at >= width ? [at - width] : []),
    ...(at < width * (height - 1) ? [at + width] : []),
  ];
  const erode = (mask: readonly boolean[]) =>
    mask.map((isIn, at) => isIn && around(at).length === 4 && around(at).every((other) => mask[other]));
  const eroded = erode(nearest.map((colour) => colour !== background));
  const opened = eroded.map((isIn, at) => isIn || around(at).some((other) => eroded[other]));
  const things: Thing[] = [];
  const seen = new Set<number>();
  for (let start = 0; start < opened.length; start += 1) {
    if (!opened[start] || seen.has(start)) continue;
    const part = [start];
    seen.add(start);
    for (const at of part)
      for (const other of around(at))
        if (opened[other] && !seen.has(other)) {
          seen.add(other);
          part.push(other);
        }
    if (part.length < limits.leastAreaPixels) continue;
    const mask = Array.from({ length: width * height }, () => false);
    for (const at of part) mask[at] = true;
    const inner = erode(mask);
    const votes = part.filter((at) => inner[at]);
    const [columns, rows] = [part.map((at) => at % width), part.map((at) => Math.floor(at / width))];
    const [left, top] = [Math.min(...columns), Math.min(...rows)];
    const [wide, high] = [Math.max(...columns) - left + 1, Math.max(...rows) - top + 1];
    const scores = Object.values(templates).map((template) =>
      overlap(
        template,
        (row, column) =>
          mask[
            (top + Math.floor(((row + 0.5) * high) / 32)) * width + left + Math.floor(((column + 0.5) * wide) / 32)
          ] ?? false,
      ),
    );
    things.push({
      colour:
        names[
          mostFrequent((votes.length >= limits.leastInnerPixels ? votes : part).map((at) => nearest[at] as number))
        ] ?? '',
      shape: Object.keys(templates)[scores.indexOf(Math.max(...scores))] ?? '',
      ...{ x: left + wide / 2, y: top + high / 2, side: Math.max(wide, high), area: part.length },
    });
  }
  return { background: names[background] ?? '', things };
}

function overlap(template: readonly string[], isIn: (row: number, column: number) => boolean): number {
  let [both, either] = [0, 0];
  for (let row = 0; row < 32; row += 1)
    for (let column = 0; column < 32; column += 1) {
      const [a, b] = [template[row]?.[column] === '#', isIn(row, column)];
      if (a && b) both += 1;
      if (a || b) either += 1;
    }
  return both / either;
}

function mostFrequent(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0]?.[0] ?? 0;
}
