import { access, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { VideoCodec, VideoSettings } from '../capability/video-settings.ts';
import type { FoundFfmpeg } from '../ffmpeg/find-ffmpeg.ts';
import { listEncoders } from '../ffmpeg/list-encoders.ts';
import { runProgram } from '../ffmpeg/run-program.ts';
import { cardScaler, RENDER_DEVICE } from '../plan/device-arguments.ts';
import type { Encoder, EncoderFamily } from '../plan/encoders/encoder.ts';
import { ENCODERS, encodersOf } from '../plan/encoders/encoders.ts';
import type { Encoding } from '../plan/encoding.ts';
import { type EncoderTest, planEncodings } from './plan-encodings.ts';
import { cardTestArguments, sessionTestArguments, testArguments } from './test-arguments.ts';

/** Numbers of sessions that cards were seen to allow, the most first. */
const SESSIONS = [12, 8, 5, 3, 2];
const TINY = { width: 256, height: 144, frames: 1 };
/** Half a second of pictures to measure the speed with. */
const MEASURED = { width: 640, height: 360, frames: 13 };

/** Tests encoders by encoding with them, each once. */
export class EncoderTests {
  readonly #found: FoundFfmpeg;
  readonly #hardware: 'auto' | 'never';
  readonly #tests = new Map<string, EncoderTest>();
  readonly #cards = new Map<EncoderFamily, { keepsFrames: boolean; sessions: number }>();
  #listed: ReadonlySet<string> | undefined;

  constructor(found: FoundFfmpeg, { hardware = 'auto' }: { hardware?: 'auto' | 'never' | undefined } = {}) {
    this.#found = found;
    this.#hardware = hardware;
  }

  /** What a job may encode with, in the order to try. @throws TranscodeFailure when it requires a card, and none works */
  async encodings(video: Pick<VideoSettings, 'codec' | 'hardware'>, signal: AbortSignal): Promise<readonly Encoding[]> {
    const tests: EncoderTest[] = [];
    for (const encoder of encodersOf(video.codec)) {
      const isCard = encoder.family !== 'software';
      // One kind of card is enough; and none is looked at that may not be used.
      if (isCard && (video.hardware === 'never' || tests.some(({ problem }) => problem === undefined))) continue;
      tests.push(await this.test(encoder, signal));
    }
    const card = tests.find(({ encoder, problem }) => encoder.family !== 'software' && problem === undefined);
    const listed = await this.#list(signal);
    return planEncodings({
      video,
      tests,
      card: card === undefined ? undefined : this.#cards.get(card.encoder.family),
      others: ENCODERS.filter((one) => one.codec !== video.codec && one.family === 'software' && listed.has(one.name)),
    });
  }

  /** Encodes one picture. A listed encoder may still not work. */
  async test(encoder: Encoder, signal: AbortSignal): Promise<EncoderTest> {
    const known = this.#tests.get(encoder.name);
    if (known !== undefined) return known;
    const problem =
      (await this.#obstacle(encoder, signal)) ?? (await this.#encode(testArguments(encoder, TINY), signal));
    const test = { encoder, problem };
    this.#tests.set(encoder.name, test);
    return test;
  }

  /** Tests and measures the encoders of cards, and the processor's for H.264 to compare; others are tested when a job wants them. `tmp` is for its files. */
  async measure(tmp: string, signal: AbortSignal): Promise<readonly EncoderTest[]> {
    const tests: EncoderTest[] = [];
    const codecs: readonly VideoCodec[] = ['h264', 'hevc', 'av1', 'vp9'];
    for (const codec of codecs) {
      for (const encoder of encodersOf(codec)) {
        const { family } = encoder;
        const same = tests.filter((test) => test.encoder.family === family);
        // A card that does not encode H.264 encodes nothing.
        if (family !== 'software' && same.length > 0 && same.every(({ problem }) => problem !== undefined)) continue;
        if (family === 'software' && codec !== 'h264') continue;
        const test = await this.#measureOne(encoder, signal);
        tests.push(test);
        if (family !== 'software' && test.problem === undefined && !this.#cards.has(family))
          this.#cards.set(family, await this.#testCard(encoder, tmp, signal));
      }
    }
    return tests.map((test) => ({ ...test, card: this.#cards.get(test.encoder.family) }));
  }

  /** Encoders of the processor that this ffmpeg was built with. */
  async listed(signal: AbortSignal): Promise<readonly string[]> {
    const names = await this.#list(signal);
    return ENCODERS.filter(({ family, name }) => family === 'software' && names.has(name)).map(({ name }) => name);
  }

  async #measureOne(encoder: Encoder, signal: AbortSignal): Promise<EncoderTest> {
    const obstacle = await this.#obstacle(encoder, signal);
    const started = performance.now();
    const problem = obstacle ?? (await this.#encode(testArguments(encoder, MEASURED), signal));
    const seconds = (performance.now() - started) / 1000;
    const { width, height, frames } = MEASURED;
    const pixelsPerSecond = problem === undefined ? Math.round((width * height * frames) / seconds) : undefined;
    const test = { encoder, problem, ...(pixelsPerSecond === undefined ? {} : { pixelsPerSecond }) };
    this.#tests.set(encoder.name, test);
    return test;
  }

  async #testCard(encoder: Encoder, tmp: string, signal: AbortSignal) {
    const path = join(tmp, 'card-test.mp4');
    try {
      const made = await this.#encode(testArguments(encoder, MEASURED, path), signal);
      const scales = cardScaler(encoder.family, TINY) !== undefined;
      const keepsFrames =
        made === undefined && scales && (await this.#encode(cardTestArguments(encoder, path), signal)) === undefined;
      let sessions = 1;
      for (const count of SESSIONS) {
        if ((await this.#encode(sessionTestArguments(encoder, count), signal)) !== undefined) continue;
        sessions = count;
        break;
      }
      return { keepsFrames, sessions };
    } finally {
      await rm(path, { force: true });
    }
  }

  /** Why an encoder need not be tried. */
  async #obstacle({ name, family }: Encoder, signal: AbortSignal): Promise<string | undefined> {
    if (!(await this.#list(signal)).has(name)) return 'not in this ffmpeg';
    if (family !== 'software' && this.#hardware === 'never') return 'the operator allows no card';
    const onLinux = process.platform === 'linux' && (family === 'vaapi' || family === 'qsv');
    if (!onLinux) return undefined;
    return access(RENDER_DEVICE).then(
      () => undefined,
      () => `no card at ${RENDER_DEVICE}`,
    );
  }

  async #list(signal: AbortSignal): Promise<ReadonlySet<string>> {
    this.#listed ??= await listEncoders(this.#found, signal);
    return this.#listed;
  }

  async #encode(args: readonly string[], signal: AbortSignal): Promise<string | undefined> {
    const { ffmpeg, launcher } = this.#found;
    const ended = await runProgram(ffmpeg.path, args, { signal, launcher });
    return ended.exitCode === 0 ? undefined : firstError(ended.stderr);
  }
}

/** What went wrong first is what matters: the rest follows from it. */
function firstError(stderr: string): string {
  const line = stderr.split('\n').find((one) => /\S/.test(one)) ?? 'it ended without a word';
  return line
    .replace(/^(\[[^\]]*\] ?)+/, '')
    .slice(0, 200)
    .trim();
}
