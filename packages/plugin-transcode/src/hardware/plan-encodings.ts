import type { VideoSettings } from '../capability/video-settings.ts';
import { TranscodeFailure } from '../media/transcode-failure.ts';
import type { Encoder } from '../plan/encoders/encoder.ts';
import type { Encoding } from '../plan/encoding.ts';

/** What came of the test of one encoder. */
export interface EncoderTest {
  readonly encoder: Encoder;
  /** Why it can't be used, in ffmpeg's words; undefined when it works. */
  readonly problem: string | undefined;
  /** Of small pictures, the start of ffmpeg included. */
  readonly pixelsPerSecond?: number | undefined;
  readonly card?: CardTest | undefined;
}

/** What a card can do besides encoding. */
export interface CardTest {
  /** Whether it decodes and scales too, so that pictures need not leave it. */
  readonly keepsFrames: boolean;
  /** Encoders that it runs at once. */
  readonly sessions: number;
}

export interface PlanEncodingsInput {
  readonly video: Pick<VideoSettings, 'codec' | 'hardware'>;
  /** Of the codec's encoders, the preferred ones first. */
  readonly tests: readonly EncoderTest[];
  /** Of the first card that works; undefined when it was not tested: then trying tells. */
  readonly card: CardTest | undefined;
  /** What this ffmpeg has for other codecs. */
  readonly others: readonly Encoder[];
}

/**
 * Says what a job may encode with, in the order to try: the card with the pictures kept on it, the card with pictures from memory, the processor.
 * Pure. @throws TranscodeFailure when a card is required and none works
 */
export function planEncodings({ video, tests, card, others }: PlanEncodingsInput): readonly Encoding[] {
  const working = tests.filter(({ problem }) => problem === undefined).map(({ encoder }) => encoder);
  const problems = Object.fromEntries(
    tests.flatMap(({ encoder, problem }) => (problem ? [[encoder.name, problem]] : [])),
  );
  const software = working.filter(({ family }) => family === 'software');
  const onCard = video.hardware === 'never' ? undefined : working.find(({ family }) => family !== 'software');
  const byProcessor: Encoding = { encoders: software, frames: 'memory', sessions: 0, problems, others };
  if (onCard === undefined) {
    if (video.hardware === 'require') throw noCard(video.codec, problems);
    return [byProcessor];
  }
  const byCard: Encoding = {
    ...byProcessor,
    encoders: video.hardware === 'require' ? [onCard] : [onCard, ...software],
    sessions: card?.sessions ?? Number.POSITIVE_INFINITY,
  };
  return [
    ...(card?.keepsFrames === false ? [] : [{ ...byCard, frames: 'card' as const }]),
    byCard,
    ...(video.hardware === 'require' ? [] : [byProcessor]),
  ];
}

function noCard(codec: string, problems: Readonly<Record<string, string>>): TranscodeFailure {
  const why = Object.entries(problems).map(([name, problem]) => `${name}: ${problem}`);
  return new TranscodeFailure({
    reason: 'hardware-missing',
    message: `The job requires a card that encodes ${codec}, and none works here (${why.join('; ') || 'none is known'})`,
    hint: 'Ask for `hardware` `auto`, or choose an offer with a card.',
    recovery: 'retry-other',
  });
}
