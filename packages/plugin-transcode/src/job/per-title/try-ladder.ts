import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TranscodeInput } from '../../capability/input.ts';
import type { PerTitleResult } from '../../capability/per-title-result.ts';
import type { PerTitleSettings } from '../../capability/per-title-settings.ts';
import type { FoundFfmpeg } from '../../ffmpeg/find-ffmpeg.ts';
import { mapFailure } from '../../ffmpeg/map-failure.ts';
import { type RunProgramOptions, runProgram } from '../../ffmpeg/run-program.ts';
import type { MediaProbe } from '../../media/media-probe.ts';
import { clippedSeconds } from '../../plan/clipped-seconds.ts';
import { chooseRates, chosenRung, type TriedRung } from '../../plan/per-title/choose-rates.ts';
import { planWindows, type TrialWindow } from '../../plan/per-title/plan-windows.ts';
import { TRIAL_CRFS, trialInput } from '../../plan/per-title/trial-input.ts';
import type { Rung } from '../../plan/select-ladder.ts';
import { defaultBitrate } from '../../plan/select-ladder.ts';
import type { TranscodePlan } from '../../plan/transcode-plan.ts';
import { measureQuality } from '../../proof/measure-quality.ts';
import { measuresVmaf } from '../../proof/measures-vmaf.ts';
import { readStream } from '../read-stream.ts';

export interface TryLadderInput {
  readonly found: FoundFfmpeg;
  readonly input: TranscodeInput;
  readonly settings: PerTitleSettings;
  readonly probe: MediaProbe;
  readonly path: string;
  /** Plans a job about the same source. */
  readonly plan: (input: TranscodeInput) => TranscodePlan;
  /** For the files of the trials, which are gone afterwards. */
  readonly directory: string;
  readonly options: RunProgramOptions;
  /** How much of it is done, 0 to 1. */
  readonly onProgress: (done: number) => void;
}

/** A ladder whose bitrates are chosen, and how. */
export interface TriedLadder {
  readonly input: TranscodeInput;
  readonly result: PerTitleResult;
}

/** Encodes some seconds of the source in every size and some qualities, measures them, and chooses. @throws TranscodeFailure */
export async function tryLadder(options: TryLadderInput): Promise<TriedLadder> {
  const { found, input, settings, probe, plan, directory } = options;
  const whole = plan({ ...input, ladder: settings.renditions ?? 'auto' });
  for (const file of whole.chain?.files ?? []) await writeFile(file.path, file.text);
  const rungs: readonly Rung[] = whole.renditions;
  const metric = (await measuresVmaf(found, options.options.signal)) ? 'vmaf' : 'ssim';
  const seconds = clippedSeconds(input, probe.durationSeconds);
  const windows = planWindows(seconds, input.clip?.startSeconds);
  const crfs = TRIAL_CRFS[input.video.codec];
  const sums = crfs.map(() => rungs.map(() => ({ bits: 0, seconds: 0, score: 0 })));
  let done = 0;
  for (const window of windows) {
    for (const [at, crf] of crfs.entries()) {
      const tried = await tryOnce(options, { rungs, crf, window, metric });
      for (const [rung, one] of tried.entries()) {
        const sum = sums[at]?.[rung];
        if (sum === undefined) continue;
        sum.bits += one.bitrate * one.seconds;
        sum.seconds += one.seconds;
        sum.score += one.score * one.seconds;
      }
      done += 1;
      options.onProgress(done / (windows.length * crfs.length));
    }
  }
  await rm(directory, { recursive: true, force: true });
  const rate = whole.frameRate.num / whole.frameRate.den;
  const tried = rungs.map((rung, at): TriedRung => {
    const trials = crfs.map((crf, trial) => {
      const { bits = 0, seconds: length = 1, score = 0 } = sums[trial]?.[at] ?? {};
      return { crf, bitrate: Math.round(bits / length), score: Number((score / length).toFixed(4)) };
    });
    return { rung, trials, maxBitrate: most(settings, input, rung, rate) };
  });
  const renditions = chooseRates(tried, settings[metric]);
  const ladder = tried.flatMap(({ rung, maxBitrate }) => {
    const choice = renditions.find(({ name }) => name === rung.name);
    if (choice === undefined || choice.dropped !== undefined) return [];
    const { name, width, height, rateControl } = chosenRung(rung, choice, maxBitrate);
    return [{ name, width, height, rateControl }];
  });
  return {
    input: { ...input, ladder },
    result: { metric, target: settings[metric], windows: windows.map((window) => ({ ...window })), renditions },
  };
}

/** What was asked for; else twice what suits the size. */
function most({ renditions }: PerTitleSettings, { video }: TranscodeInput, rung: Rung, rate: number): number {
  const asked = renditions?.some(({ videoBitrate }) => videoBitrate !== undefined) === true;
  const { rateControl } = rung;
  if (rateControl.mode !== 'crf') return rateControl.bitrate;
  if ((asked || video.rateControl !== undefined) && rateControl.maxBitrate !== undefined) return rateControl.maxBitrate;
  return 2 * defaultBitrate(rung, rate, video.codec);
}

interface Tried {
  readonly bitrate: number;
  readonly seconds: number;
  readonly score: number;
}

async function tryOnce(
  { found, input, path, plan, directory, options }: TryLadderInput,
  trial: { rungs: readonly Rung[]; crf: number; window: TrialWindow; metric: 'vmaf' | 'ssim' },
): Promise<Tried[]> {
  const asked = trialInput(input, trial.rungs, trial.crf, trial.window);
  const planned = plan(asked);
  await rm(directory, { recursive: true, force: true });
  for (const folder of planned.directories) await mkdir(join(directory, folder), { recursive: true });
  const ran = { ...options, cwd: directory };
  const encoded = await runProgram(found.ffmpeg.path, planned.args, ran);
  if (encoded.exitCode !== 0) throw mapFailure(encoded.stderr, encoded);
  const quality = { psnr: false, ssim: false, vmaf: false, [trial.metric]: true };
  const measured = await measureQuality({ found, plan: planned, input: { ...asked, quality }, path }, ran);
  return Promise.all(
    planned.renditions.map(async (rendition, at) => {
      const { bitrate, seconds } = await readStream(directory, rendition, options.signal);
      return { bitrate, seconds, score: measured.renditions[at]?.[trial.metric] ?? 0 };
    }),
  );
}
