import type { PerTitleResult } from '../../capability/per-title-result.ts';
import type { Rung } from '../select-ladder.ts';

type ChosenRendition = PerTitleResult['renditions'][number];
type Trial = ChosenRendition['trials'][number];

/** A size with what came of it at each quality, best quality first. */
export interface TriedRung {
  readonly rung: Rung;
  readonly trials: readonly Trial[];
  /** The most that may be chosen. */
  readonly maxBitrate: number;
}

/** A smaller rendition must save this share of a larger one's bits. */
const SAVING = 0.3;
/** Nobody's network needs less than this. */
const ENOUGH = 150_000;

/** Picks for each size the least bits that reach the target, and drops sizes that save too little. Pure. */
export function chooseRates(tried: readonly TriedRung[], target: number): ChosenRendition[] {
  const chosen = tried.map(({ rung, trials, maxBitrate }) => ({
    name: rung.name,
    width: rung.width,
    height: rung.height,
    trials: [...trials],
    chosen: choose(trials, target, maxBitrate),
  }));
  let last: ChosenRendition | undefined;
  return [...chosen]
    .sort((a, b) => b.width * b.height - a.width * a.height)
    .map((one) => {
      const dropped = last === undefined ? undefined : reasonToDrop(one, last);
      if (dropped === undefined) last = one;
      return dropped === undefined ? one : { ...one, dropped };
    });
}

/** The rung as it will be encoded: in the mode that was asked for, at the rate that was chosen. */
export function chosenRung(rung: Rung, { chosen }: ChosenRendition, maxBitrate: number): Rung {
  const { crf } = chosen;
  const bitrate = Math.max(8_000, chosen.bitrate);
  const ceiling = Math.max(bitrate, Math.min(maxBitrate, Math.round(bitrate * 1.5)));
  switch (rung.rateControl.mode) {
    case 'crf':
      return { ...rung, rateControl: { mode: 'crf', crf: Number(crf.toFixed(1)), maxBitrate: ceiling } };
    case 'vbr':
      return { ...rung, rateControl: { mode: 'vbr', bitrate, maxBitrate: ceiling } };
    case 'cbr':
      return { ...rung, rateControl: { mode: 'cbr', bitrate } };
  }
}

function reasonToDrop(one: ChosenRendition, larger: ChosenRendition): string | undefined {
  const bits = (value: number) => `${Math.round(value / 1000)} kb/s`;
  if (larger.chosen.bitrate <= ENOUGH) return `${larger.name} needs only ${bits(larger.chosen.bitrate)}`;
  if (one.chosen.bitrate > larger.chosen.bitrate * (1 - SAVING))
    return `it needs ${bits(one.chosen.bitrate)}, hardly less than the ${bits(larger.chosen.bitrate)} of ${larger.name}`;
  return undefined;
}

/** Walks down the curve from the best trial: to the target, or to the bits that are allowed, whichever is less. */
function choose(trials: readonly Trial[], target: number, maxBitrate: number): ChosenRendition['chosen'] {
  const [best] = trials;
  const worst = trials.at(-1);
  if (best === undefined || worst === undefined) throw new TypeError('a rendition was not tried');
  const steps = trials.slice(1).map((to, at) => ({ from: trials[at] as Trial, to }));
  let point = best;
  if (best.score > target) {
    const step = steps.find(({ to }) => to.score <= target);
    point = step === undefined ? worst : between(step, (step.from.score - target) / (step.from.score - step.to.score));
  }
  if (point.bitrate > maxBitrate) {
    const step = steps.find(({ to }) => to.bitrate <= maxBitrate);
    const along = ({ from, to }: { from: Trial; to: Trial }) =>
      (Math.log(from.bitrate) - Math.log(maxBitrate)) / (Math.log(from.bitrate) - Math.log(to.bitrate));
    point = step === undefined ? { ...worst, bitrate: maxBitrate } : between(step, along(step));
  }
  // The score that is told decides, so that both agree.
  const score = Number(point.score.toFixed(4));
  return {
    crf: Number(point.crf.toFixed(1)),
    bitrate: Math.round(point.bitrate),
    score,
    reached: score >= Number(target.toFixed(4)),
  };
}

/** Scores and qualities go straight between two trials, bits by their logarithm. */
function between({ from, to }: { from: Trial; to: Trial }, share: number): Trial {
  const at = (a: number, b: number) => a + (b - a) * Math.min(1, Math.max(0, share));
  const bits = (bitrate: number) => Math.log(Math.max(1, bitrate));
  return {
    crf: at(from.crf, to.crf),
    bitrate: Math.exp(at(bits(from.bitrate), bits(to.bitrate))),
    score: at(from.score, to.score),
  };
}
