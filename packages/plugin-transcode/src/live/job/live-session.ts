import type { RenditionRequest } from '../../capability/video-settings.ts';
import type { FoundFfmpeg } from '../../ffmpeg/find-ffmpeg.ts';
import type { TranscodeLimits } from '../../job/limits.ts';
import { TranscodeFailure } from '../../media/transcode-failure.ts';
import type { Rung } from '../../plan/select-ladder.ts';
import { type LiveEncoder, startLiveEncoder } from '../encoder/start-live-encoder.ts';
import type { LiveOutput, LiveUpdate } from '../live-capability.ts';
import { LIVE_TICKS, type MediaSegment } from '../media/media-segment.ts';
import type { Mp4Memory } from '../media/parse-mp4-segment.ts';
import { parseSegment } from '../media/parse-segment.ts';
import { SegmentBroken } from '../media/segment-broken.ts';
import { placeSegment, type TimelinePoint } from '../plan/live-timeline.ts';
import { type VideoSpan, videoSpan } from '../plan/video-span.ts';
import { applyUpdate, chooseRenditions, requestsOf } from './choose-renditions.ts';
import type { LiveLimits } from './live-limits.ts';
import { LivePublisher } from './live-publisher.ts';
import type { IncomingPart } from './read-live-parts.ts';
import type { LiveContext } from './run-live.ts';

type Segment = Extract<IncomingPart, { type: 'segment' }>;
type RestartReason = 'failed' | 'source-changed' | 'update';

/** One stream from its first segment to its end. Segments come in order, one at a time. */
export class LiveSession {
  readonly #context: LiveContext;
  readonly #found: FoundFfmpeg;
  readonly #limits: TranscodeLimits & LiveLimits;
  readonly #publisher: LivePublisher;
  readonly #memory: Mp4Memory = { tracks: undefined };
  #updates: LiveUpdate[] = [];
  #requests: readonly RenditionRequest[] | undefined;
  #rungs: readonly Rung[] = [];
  #encoder: LiveEncoder | undefined;
  /** What the encoder is fed with. */
  #entry: Uint8Array = new Uint8Array();
  /** Why the next encoder is not the first. */
  #restart: { reason: RestartReason; message: string } | undefined;
  #restarts = 0;
  #last: (TimelinePoint & { segmentTicks: number }) | undefined;
  /** Segments since the last good one that will not come. */
  #skipped = 0;
  #gaps = 0;
  #declared = false;
  #pixels = 0n;

  constructor(context: LiveContext, found: FoundFfmpeg, limits: TranscodeLimits & LiveLimits) {
    this.#context = context;
    this.#found = found;
    this.#limits = limits;
    this.#publisher = new LivePublisher(context);
  }

  /** The stream is as long as it may get. */
  get isFull(): boolean {
    const seconds = this.#publisher.seconds;
    return (
      seconds >= this.#context.input.maxSeconds ||
      seconds >= this.#limits.maxSeconds ||
      this.#pixels >= BigInt(this.#limits.maxPixels)
    );
  }

  readInit(bytes: Buffer): void {
    try {
      parseSegment(bytes, this.#memory);
    } catch (error) {
      // The segments that need it will be told as broken.
      if (!(error instanceof SegmentBroken)) throw error;
    }
  }

  update(update: LiveUpdate): void {
    this.#updates.push(update);
  }

  /** Segments that will not come. */
  skip(count: number): void {
    this.#skipped += count;
    this.#gaps += count;
  }

  async takeSegment(segment: Segment): Promise<void> {
    this.#declared ||= segment.discontinuity;
    try {
      const media = this.#parse(segment);
      if (media !== undefined) await this.#encode(segment, media);
    } catch (error) {
      if (!(error instanceof SegmentBroken)) throw error;
      this.skip(1);
      await this.#context.emit({ type: 'broken', sequence: segment.sequence, reason: error.message });
    }
  }

  /** Ends the playlists and says what there was. @throws TranscodeFailure when no segment could be used */
  async finish(): Promise<LiveOutput> {
    await this.close();
    const { segments, seconds } = this.#publisher;
    if (segments === 0) {
      throw new TranscodeFailure({
        reason: 'stream-without-segments',
        message: this.#gaps === 0 ? 'No segment came' : 'No segment could be used',
        hint: 'Send segments that start with a keyframe: MPEG-TS with H.264, or fragmented MP4.',
        recovery: 'fix-request',
      });
    }
    const described = await this.#publisher.finish();
    const { version, origin } = this.#found.ffmpeg;
    return {
      ...{ segments, gaps: this.#gaps, durationMs: Math.round(seconds * 1000), encoderRestarts: this.#restarts },
      ...described,
      usage: { pixels: String(this.#pixels) },
      ffmpeg: { version, origin },
    };
  }

  async close(): Promise<void> {
    const encoder = this.#encoder;
    this.#encoder = undefined;
    await encoder?.close();
  }

  #parse(segment: Segment): MediaSegment | undefined {
    const { maxSegmentBytes } = this.#limits;
    if (segment.bytes === undefined) throw new SegmentBroken(`it has more than ${maxSegmentBytes} bytes`);
    return parseSegment(segment.bytes, this.#memory);
  }

  async #encode(segment: Segment, media: MediaSegment): Promise<void> {
    const context = this.#context;
    const { sequence } = segment;
    const span = videoSpan(media.video);
    this.#check(media, span);
    const startedAt = performance.now();
    await this.#prepare(sequence, media, span);
    const pictures = await this.#runEncoder(sequence, media);
    const encodedAt = performance.now();
    const frames = Math.min(...pictures.map((samples) => samples.length));
    const placement = placeSegment(this.#last, span, {
      ...{ missing: this.#skipped, segmentTicks: this.#last?.segmentTicks ?? span.durationTicks },
      ...{ discontinuity: this.#declared, wrapTicks: media.wrapTicks },
    });
    if (placement.jumped) {
      const reason = this.#declared ? 'declared' : 'clock-jumped';
      await context.emit({ type: 'discontinuity', sequence, reason });
    }
    await this.#tellDamage(sequence, media, frames);
    const published = await this.#publisher.publish({
      ...{ sequence, media, span, pictures, rungs: this.#rungs, placement, skipped: this.#skipped },
      initSections: this.#encoder?.initSections ?? [],
    });
    for (const [at, { width, height }] of this.#rungs.entries())
      this.#pixels += BigInt(width * height) * BigInt(pictures[at]?.length ?? 0);
    context.usage.set('pixels', this.#pixels);
    this.#last = {
      endTicks: placement.startTicks + span.durationTicks,
      sourceEndTicks: span.startTicks + span.durationTicks,
      segmentTicks: Math.max(span.durationTicks, this.#last?.segmentTicks ?? 0),
    };
    this.#skipped = 0;
    this.#declared = false;
    await context.emit({
      ...{ type: 'segment', sequence, ...published, frames, durationMs: toMs(span.durationTicks) },
      startMs: toMs(placement.startTicks),
      latencyMs: round(performance.now() - segment.arrivedAt),
      waitMs: round(startedAt - segment.arrivedAt),
      encodeMs: round(encodedAt - startedAt),
    });
    await this.#publisher.publishPlaylists();
  }

  async #tellDamage(sequence: number, media: MediaSegment, frames: number): Promise<void> {
    const { input, emit } = this.#context;
    // With a capped rate pictures are dropped on purpose.
    const lostFrames = input.video.maxFrameRate === undefined ? Math.max(0, shownFrames(media) - frames) : 0;
    const { lostPackets } = media;
    const decodeErrors = this.#encoder?.takeErrorCount() ?? 0;
    if (lostPackets + lostFrames + decodeErrors > 0)
      await emit({ type: 'damaged', sequence, lostPackets, lostFrames, decodeErrors });
  }

  #check(media: MediaSegment, { durationTicks }: VideoSpan): void {
    const { maxSegmentSeconds, maxSourcePixels } = this.#limits;
    const seconds = durationTicks / LIVE_TICKS;
    if (seconds > maxSegmentSeconds)
      throw new SegmentBroken(`it is ${seconds.toFixed(1)} s long; at most ${maxSegmentSeconds} s are allowed here`);
    const { width, height } = media.video;
    if (width < 2 || height < 2) throw new SegmentBroken('it does not tell the size of its pictures');
    if (width * height > maxSourcePixels)
      throw new SegmentBroken(
        `its pictures have ${width * height} pixels; at most ${maxSourcePixels} are allowed here`,
      );
  }

  /** Makes sure that an encoder runs which fits the source and what was asked for last. */
  async #prepare(sequence: number, { video }: MediaSegment, span: VideoSpan): Promise<void> {
    const { input, emit } = this.#context;
    const source = { width: video.width, height: video.height, frameRate: span.frameRate };
    if (this.#requests === undefined) this.#requests = requestsOf(chooseRenditions(input, input.ladder, source));
    const updates = this.#updates.splice(0);
    for (const update of updates) {
      const applied = applyUpdate(this.#requests, update);
      if (typeof applied === 'string') await emit({ type: 'update-refused', message: applied });
      else {
        this.#requests = applied;
        this.#restart ??= { reason: 'update', message: 'renditions were changed' };
        await emit({ type: 'updated', renditions: update.renditions.map(({ name }) => name) });
      }
    }
    const changed = !Buffer.from(this.#entry).equals(video.entry);
    if (changed && this.#entry.length > 0) {
      this.#restart ??= {
        reason: 'source-changed',
        message: `the source is now ${video.codec ?? 'another codec'}, ${video.width}x${video.height}`,
      };
      await emit({ type: 'discontinuity', sequence, reason: 'source-changed' });
    }
    if (this.#encoder !== undefined && this.#restart === undefined) return;
    await this.close();
    if (this.#restart !== undefined) {
      this.#restarts += 1;
      await emit({ type: 'encoder-restarted', sequence, ...this.#restart });
      this.#restart = undefined;
    }
    this.#rungs = chooseRenditions(input, [...this.#requests], source);
    this.#entry = video.entry;
    this.#encoder = startLiveEncoder({
      ...{ found: this.#found, rungs: this.#rungs, settings: input.video, track: video },
      ...{ cwd: this.#context.dir.tmp, signal: this.#context.signal, stallMs: this.#limits.stallMs },
    });
  }

  async #runEncoder(sequence: number, { video }: MediaSegment) {
    const { signal, log } = this.#context;
    try {
      const pictures = await this.#encoder?.encode(video);
      if (pictures?.every((samples) => samples.length > 0)) return pictures;
      throw new SegmentBroken('nothing of it could be decoded');
    } catch (error) {
      await this.close();
      signal.throwIfAborted();
      const message = error instanceof Error ? error.message : String(error);
      this.#restart = { reason: 'failed', message };
      log.warn({ err: error, sequence }, 'live-encoder-failed');
      throw error instanceof SegmentBroken
        ? error
        : new SegmentBroken(`the encoder failed on it: ${message}`, { cause: error });
    }
  }
}

function shownFrames({ video }: MediaSegment): number {
  const first = video.samples[0]?.pts ?? 0;
  return video.samples.filter(({ pts }) => pts >= first).length;
}

const toMs = (ticks: number) => round((ticks * 1000) / LIVE_TICKS);
const round = (value: number) => Math.round(value * 1000) / 1000;
