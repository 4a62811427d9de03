import type { VideoCodec } from '../capability/video-settings.ts';
import type { FoundFfmpeg } from '../ffmpeg/find-ffmpeg.ts';
import { listEncoders } from '../ffmpeg/list-encoders.ts';
import { runProgram } from '../ffmpeg/run-program.ts';
import type { Encoder } from '../plan/encoders/encoder.ts';
import { ENCODERS, encodersOf } from '../plan/encoders/encoders.ts';
import type { Encoding } from '../plan/encoding.ts';
import { testArguments } from './test-arguments.ts';

/** What came of the test of one encoder. */
export interface EncoderTest {
  readonly encoder: Encoder;
  /** Why it can't be used, in ffmpeg's words; undefined when it works. */
  readonly problem: string | undefined;
}

/** Tests encoders by encoding with them, each once. */
export class EncoderTests {
  readonly #found: FoundFfmpeg;
  readonly #tests = new Map<string, EncoderTest>();
  #listed: ReadonlySet<string> | undefined;

  constructor(found: FoundFfmpeg) {
    this.#found = found;
  }

  /** What a job of a codec may encode with: what works here, the preferred ones first. */
  async encoding(codec: VideoCodec, signal: AbortSignal): Promise<Encoding> {
    const tests: EncoderTest[] = [];
    for (const encoder of encodersOf(codec))
      if (encoder.family === 'software') tests.push(await this.test(encoder, signal));
    const failed = tests.flatMap(({ encoder, problem }) => (problem === undefined ? [] : [[encoder.name, problem]]));
    const listed = await this.#list(signal);
    return {
      encoders: tests.filter(({ problem }) => problem === undefined).map(({ encoder }) => encoder),
      problems: Object.fromEntries(failed) as Record<string, string>,
      others: ENCODERS.filter((one) => one.codec !== codec && one.family === 'software' && listed.has(one.name)),
    };
  }

  /** Encodes one picture. A listed encoder may still not work. */
  async test(encoder: Encoder, signal: AbortSignal): Promise<EncoderTest> {
    const known = this.#tests.get(encoder.name);
    if (known !== undefined) return known;
    this.#listed ??= await listEncoders(this.#found, signal);
    const test = {
      encoder,
      problem: this.#listed.has(encoder.name) ? await this.#encode(encoder, signal) : 'not in this ffmpeg',
    };
    this.#tests.set(encoder.name, test);
    return test;
  }

  async #list(signal: AbortSignal): Promise<ReadonlySet<string>> {
    this.#listed ??= await listEncoders(this.#found, signal);
    return this.#listed;
  }

  async #encode(encoder: Encoder, signal: AbortSignal): Promise<string | undefined> {
    const { ffmpeg, launcher } = this.#found;
    const args = testArguments(encoder, { width: 256, height: 144, frames: 1 });
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
