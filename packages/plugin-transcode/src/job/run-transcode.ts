import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ByocError, type JobContext } from '@byoc/core';
import { perTitleOf, type TranscodeInput } from '../capability/input.ts';
import type { TranscodeOutput } from '../capability/output.ts';
import type { transcode } from '../capability.ts';
import { findDamage } from '../ffmpeg/find-damage.ts';
import type { FoundFfmpeg } from '../ffmpeg/find-ffmpeg.ts';
import { findMissingLetters, lacksFont } from '../ffmpeg/find-missing-letters.ts';
import { mapFailure } from '../ffmpeg/map-failure.ts';
import { probeSource } from '../ffmpeg/probe-source.ts';
import { runProgram } from '../ffmpeg/run-program.ts';
import type { EncoderTests } from '../hardware/encoder-tests.ts';
import { TranscodeFailure } from '../media/transcode-failure.ts';
import { checkNames } from '../plan/check-names.ts';
import type { Encoding } from '../plan/encoding.ts';
import { planPackageMp4, planPackageSound } from '../plan/plan-package-mp4.ts';
import { planPackaging } from '../plan/plan-packaging.ts';
import { planTexts } from '../plan/plan-texts.ts';
import { type PlanSource, planTranscode } from '../plan/plan-transcode.ts';
import { measureQuality, type QualityReport } from '../proof/measure-quality.ts';
import { askedMeasures } from '../proof/quality-measure.ts';
import { describeHardware } from './describe-hardware.ts';
import { describeOutput } from './describe-output.ts';
import { followProgress } from './follow-progress.ts';
import { guardJob } from './guard-job.ts';
import { checkPlan, checkRequest, checkSource, plannedPixels, type TranscodeLimits } from './limits.ts';
import { lookAtPictures } from './look-at-pictures.ts';
import { measureResult, measureSource } from './measure-loudness.ts';
import { type TriedLadder, type TryLadderInput, tryLadder } from './per-title/try-ladder.ts';
import { placeTexts } from './place-texts.ts';
import { prepareOverlays } from './prepare-overlays.ts';
import { noFrames, readBack } from './read-back.ts';
import type { StreamFacts } from './read-stream.ts';
import { readTexts } from './read-texts.ts';
import { requirePreviews } from './require-previews.ts';
import { settleTimes } from './settle-times.ts';
import { takeFiles } from './take-files.ts';
import { translateDiskFull } from './translate-disk-full.ts';
import { tryEncodings } from './try-encodings.ts';
import { writeTransportStreams } from './write-transport-streams.ts';

export type TranscodeContext = Pick<
  JobContext<typeof transcode>,
  'jobId' | 'input' | 'signal' | 'dir' | 'log' | 'file' | 'emit' | 'progress' | 'usage'
>;

/** Does a transcode job: probe, encode, read back, package, measure. Leaves nothing in the job's folders when it fails. */
export async function runTranscode(
  context: TranscodeContext,
  found: FoundFfmpeg,
  tests: EncoderTests,
  limits: TranscodeLimits,
): Promise<TranscodeOutput> {
  try {
    return await transcodeSteps(context, found, tests, limits);
  } catch (error) {
    await Promise.all([context.dir.out, context.dir.tmp].map(empty));
    context.signal.throwIfAborted();
    const failure = translateDiskFull(error);
    if (!(failure instanceof TranscodeFailure)) throw failure;
    const { reason, message, hint, recovery } = failure;
    throw new ByocError(
      'JOB_FAILED',
      { jobId: context.jobId, reason, message: `${message}.`, hint, recovery },
      { cause: error },
    );
  }
}

async function transcodeSteps(
  context: TranscodeContext,
  found: FoundFfmpeg,
  tests: EncoderTests,
  limits: TranscodeLimits,
): Promise<TranscodeOutput> {
  const { input, dir } = context;
  checkRequest(input, limits);
  const files = await takeFiles(context);
  const path = files.source;
  using guard = guardJob(context.signal, limits);
  const { signal } = guard;
  await context.emit({ type: 'stage', stage: 'probe' });
  const { size } = await stat(path);
  if (size === 0) {
    throw new TranscodeFailure({
      reason: 'source-empty',
      message: 'The source is empty',
      hint: 'Send the whole file.',
      recovery: 'fix-request',
    });
  }
  checkSource({ bytes: size, input }, limits);
  const headers = await probeSource(found, path, { signal, limits });
  checkSource({ bytes: size, probe: headers, input }, limits);
  const { probe, fields } = await lookAtPictures(found, { input, probe: headers, path }, { signal });
  const ran = { signal, cwd: dir.out, launcher: found.launcher, stillMs: limits.maxStillSeconds * 1000 };
  const maxPixels = limits.maxSourcePixels;
  const picked = { path, maxPixels, syncOption: found.ffmpeg.syncOption };
  const planned = planTexts(input, probe, planPackaging(input));
  const texts = await readTexts({ found, path, files: files.subtitles, texts: planned.texts, tmp: dir.tmp }, ran);
  const drawn = await prepareOverlays({ found, input, probe, files, tmp: dir.tmp, limits }, ran);
  const settings = perTitleOf(input);
  const trialShare = settings === undefined ? 0 : 0.25;
  let measures = false;
  let loudness: PlanSource['loudness'];
  let pixels = 0;
  const encode = async (encoding: Encoding) => {
    const planFor = (asked: TranscodeInput) =>
      planTranscode(asked, probe, { ...picked, ...drawn, tmp: dir.tmp, fields, loudness }, encoding);
    const about = { found, input, probe, path, plan: planFor, trialShare };
    const tried = settings === undefined ? undefined : await tryTitle({ ...context, signal }, { ...about, settings });
    const unmeasured = planFor(tried?.input ?? input);
    checkPlan(unmeasured, limits);
    loudness ??= await measureSource(found, unmeasured, ran);
    const plan = planFor(tried?.input ?? input);
    for (const folder of plan.directories) await mkdir(join(dir.out, folder), { recursive: true });
    for (const file of plan.chain?.files ?? []) await writeFile(file.path, file.text);
    measures = askedMeasures(input).length > 0 && plan.renditions.length > 0;
    await context.emit({
      type: 'stage',
      stage: 'encode',
      message: [...plan.renditions, ...plan.sounds].map(({ name }) => name).join(', ') || 'thumbnails',
    });
    const share = { stage: 'encode', from: trialShare, to: measures ? 0.8 : 0.98 };
    const onProgress = followProgress(context, plan, share, (frames) => {
      guard.encoded(plan, frames);
      pixels = Math.max(pixels, Math.min(limits.maxPixels, plannedPixels(plan, frames)));
      context.usage.set('pixels', pixels);
    });
    const encoded = await runProgram(found.ffmpeg.path, plan.args, { ...ran, onProgress });
    if (encoded.exitCode !== 0 || lacksFont(encoded.stderr)) throw mapFailure(encoded.stderr, encoded);
    return {
      plan,
      tried,
      damage: findDamage(encoded.stderr),
      letters: findMissingLetters(encoded.stderr),
      hardware: (failures: readonly string[]) => describeHardware(plan, encoding, input.video.hardware, failures),
    };
  };
  await requirePreviews(input, found, signal);
  const encodings = await tests.encodings(input.video, signal);
  const { value, failures } = await tryEncodings(encodings, encode, () => empty(dir.out));
  const { plan, tried } = value;

  await context.emit({ type: 'stage', stage: 'verify' });
  const facts: StreamFacts[] = [];
  for (const rendition of plan.renditions) facts.push(await readBack(dir.out, rendition, signal, settleTimes));
  const soundFacts: StreamFacts[] = [];
  for (const sound of plan.sounds) soundFacts.push(await readBack(dir.out, sound, signal));
  const total = plan.renditions.reduce(
    (sum, { width, height }, at) => sum + BigInt(width * height) * BigInt(facts[at]?.samples ?? 0),
    0n,
  );
  if (plan.renditions.length > 0) {
    if (total === 0n) throw noFrames();
    context.usage.set('pixels', total);
  }

  const placed = { plan, cues: texts.cues, input, facts: [...facts, ...soundFacts], dir };
  const written = await placeTexts(placed);
  const packages = [
    ...(plan.mp4?.files ?? []).map((file) => planPackageMp4(plan, file, written)),
    ...(plan.soundFiles?.files ?? []).map((file) => planPackageSound(file)),
  ];
  if (packages.length > 0 || plan.hls?.container === 'ts') await context.emit({ type: 'stage', stage: 'package' });
  for (const args of packages) {
    const packaged = await runProgram(found.ffmpeg.path, args, ran);
    if (packaged.exitCode !== 0) throw mapFailure(packaged.stderr, packaged);
  }
  const streams = { plan, found, directory: dir.out, facts: { pictures: facts, sounds: soundFacts } };
  const published = await writeTransportStreams(streams, ran);
  let quality: QualityReport = { renditions: [], warnings: [] };
  if (measures) {
    await context.emit({ type: 'stage', stage: 'measure' });
    const onProgress = followProgress(context, plan, { stage: 'measure', from: 0.8, to: 1 });
    quality = await measureQuality({ found, plan, input, path, maxPixels }, { ...ran, onProgress });
  }
  const output = await describeOutput({
    plan,
    probe,
    bytes: size,
    facts: published.pictures,
    soundFacts: published.sounds,
    texts: { written, warnings: [...texts.warnings, ...drawn.warnings, ...value.letters] },
    loudness: await measureResult(found, plan, ran),
    quality,
    found,
    directory: dir.out,
    pixels: total,
    perTitle: tried?.result,
    hardware: value.hardware(failures),
    damage: value.damage,
  });
  if (plan.scratch !== undefined) await rm(join(dir.out, plan.scratch), { recursive: true, force: true });
  context.progress({ fraction: 1, stage: 'done' });
  return output;
}

/** Chooses a ladder by trials, as a stage of the job. */
async function tryTitle(
  context: TranscodeContext,
  {
    trialShare,
    ...about
  }: Pick<TryLadderInput, 'found' | 'input' | 'settings' | 'probe' | 'path' | 'plan'> & {
    trialShare: number;
  },
): Promise<TriedLadder> {
  const { signal, dir } = context;
  checkNames(about.input);
  await context.emit({ type: 'stage', stage: 'choose' });
  return tryLadder({
    ...about,
    directory: join(dir.tmp, 'per-title'),
    options: { signal, launcher: about.found.launcher },
    onProgress: (done) => context.progress({ stage: 'choose', fraction: done * trialShare }),
  });
}

async function empty(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  await Promise.all(names.map((name) => rm(join(folder, name), { recursive: true, force: true })));
}
