import { readInitSection } from '../../media/read-init-section.ts';
import type { Rung } from '../../plan/select-ladder.ts';
import { writeMasterPlaylist } from '../../plan/write-master-playlist.ts';
import type { LiveOutput } from '../live-capability.ts';
import { LIVE_TICKS, type MediaSample, type MediaSegment } from '../media/media-segment.ts';
import { writeInitSection } from '../media/write-init-section.ts';
import type { Placement } from '../plan/live-timeline.ts';
import type { VideoSpan } from '../plan/video-span.ts';
import { type LiveFile, LiveStream, placePictures, placeSound } from './live-stream.ts';
import type { LiveContext } from './run-live.ts';

const MASTER = 'master.m3u8';

/** An encoded segment with its place. */
export interface PublishInput {
  readonly sequence: number;
  readonly media: MediaSegment;
  readonly span: VideoSpan;
  /** Of each rendition, with times from the segment's start. */
  readonly pictures: readonly (readonly MediaSample[])[];
  readonly rungs: readonly Rung[];
  readonly initSections: readonly (Buffer | undefined)[];
  readonly placement: Placement;
  /** Segments before it that will not come. */
  readonly skipped: number;
}

/** Hands out what was encoded: parts, moving playlists, and the master. */
export class LivePublisher {
  readonly #context: LiveContext;
  #renditions: { stream: LiveStream; rung: Rung; peakBitrate: number }[] = [];
  #audio:
    | {
        stream: LiveStream;
        codec: string;
        channels: number;
        bitrate: number;
        end: number | undefined;
        timescale: number;
      }
    | undefined;
  #targetSeconds: number;
  #master = '';
  #frameRate = 0;
  #startTicks: number | undefined;
  #endTicks = 0;
  segments = 0;

  constructor(context: LiveContext) {
    this.#context = context;
    this.#targetSeconds = context.input.targetSeconds ?? 1;
  }

  /** From the start of the first segment to the end of the last. */
  get seconds(): number {
    return this.#startTicks === undefined ? 0 : (this.#endTicks - this.#startTicks) / LIVE_TICKS;
  }

  /** Writes the parts of a segment. */
  async publish(input: PublishInput): Promise<{ mediaSequence: number; bytes: number }> {
    const { media, span, placement } = input;
    const first = this.segments === 0;
    if (first) this.#open(input);
    this.#startTicks ??= placement.startTicks;
    this.#targetSeconds = Math.max(
      this.#targetSeconds,
      first ? Math.ceil(span.durationTicks / LIVE_TICKS - 0.05) : Math.round(span.durationTicks / LIVE_TICKS),
    );
    if (!first) this.#addGaps(input);
    const files: LiveFile[] = [];
    const mediaSequence = this.#renditions[0]?.stream.nextSequence ?? 0;
    for (const [at, rendition] of this.#renditions.entries()) {
      const initSection = input.initSections[at];
      const samples = placePictures(input.pictures[at] ?? [], { ...span, startTicks: placement.startTicks });
      if (initSection === undefined || samples.length === 0)
        rendition.stream.addGaps(1, span.durationTicks / LIVE_TICKS);
      else
        files.push(
          ...rendition.stream.addSegment(samples, {
            timescale: LIVE_TICKS,
            initSection,
            discontinuity: placement.jumped,
          }),
        );
      const rung = input.rungs[at];
      if (rung !== undefined) rendition.rung = rung;
      rendition.peakBitrate = Math.max(rendition.peakBitrate, bitrateOf(samples, span));
    }
    files.push(...this.#addSound(input));
    for (const { part, bytes } of files) await this.#context.write(part, bytes, { last: true });
    this.#endTicks = placement.startTicks + span.durationTicks;
    this.segments += 1;
    if (first) await this.#tellStart(media, span);
    return { mediaSequence, bytes: files.reduce((sum, { bytes }) => sum + bytes.length, 0) };
  }

  /** Tells the playlists as they are now. */
  async publishPlaylists(): Promise<void> {
    const { emit } = this.#context;
    for (const { stream } of this.#streams)
      await emit({ type: 'playlist', file: stream.playlist, text: stream.writePlaylist(this.#targetSeconds) });
    const master = this.#writeMaster();
    if (master === this.#master) return;
    this.#master = master;
    await emit({ type: 'playlist', file: MASTER, text: master });
  }

  /** Ends the playlists. */
  async finish(): Promise<Pick<LiveOutput, 'renditions' | 'audio'>> {
    for (const { stream } of this.#streams) stream.end();
    await this.publishPlaylists();
    const renditions = this.#renditions.map(({ stream, rung }) => {
      const { name, frames, bytes } = stream;
      return { name, width: rung.width, height: rung.height, codec: codecOf(stream), frames, bytes };
    });
    return {
      renditions,
      ...(this.#audio === undefined ? {} : { audio: { codec: this.#audio.codec, bytes: this.#audio.stream.bytes } }),
    };
  }

  get #streams(): readonly { readonly stream: LiveStream }[] {
    return [...this.#renditions, ...(this.#audio === undefined ? [] : [this.#audio])];
  }

  #open({ sequence, rungs, media }: PublishInput): void {
    const { audio, playlistSegments } = this.#context.input;
    const stream = (name: string) => new LiveStream(name, { mediaSequence: sequence, playlistSegments });
    this.#renditions = rungs.map((rung) => ({ stream: stream(rung.name), rung, peakBitrate: 0 }));
    if (audio === 'none' || media.audio?.codec === undefined) return;
    const { codec, entry, timescale, samples } = media.audio;
    const bytes = samples.reduce((sum, { data }) => sum + data.length, 0);
    const ticks = samples.reduce((sum, { duration }) => sum + duration, 0);
    const channels = Buffer.from(entry).readUInt16BE(24);
    this.#audio = {
      stream: stream('audio'),
      codec,
      channels,
      bitrate: Math.ceil((bytes * 8 * timescale) / Math.max(1, ticks)),
      end: undefined,
      timescale,
    };
  }

  #addGaps({ skipped, placement }: PublishInput): void {
    const count = Math.min(skipped, this.#context.input.playlistSegments);
    if (count === 0) return;
    const seconds = Math.max(0.001, (placement.startTicks - this.#endTicks) / LIVE_TICKS / count);
    this.#targetSeconds = Math.max(this.#targetSeconds, Math.round(seconds));
    for (const { stream } of this.#streams) stream.addGaps(count, seconds);
  }

  #addSound({ media, span, placement }: PublishInput): readonly LiveFile[] {
    const known = this.#audio;
    if (known === undefined) return [];
    const { audio } = media;
    const samples =
      audio === undefined
        ? []
        : placeSound(audio.samples, {
            timescale: audio.timescale,
            offsetTicks: placement.startTicks - span.startTicks,
            endOfLast:
              known.end === undefined ? undefined : Math.round((known.end * audio.timescale) / known.timescale),
          });
    const last = samples.at(-1);
    if (audio === undefined || last === undefined) {
      known.stream.addGaps(1, span.durationTicks / LIVE_TICKS);
      return [];
    }
    known.end = last.dts + last.duration;
    known.timescale = audio.timescale;
    const initSection = writeInitSection(audio, { timescale: audio.timescale, kind: 'audio' });
    return known.stream.addSegment(samples, {
      timescale: audio.timescale,
      initSection,
      discontinuity: placement.jumped,
    });
  }

  async #tellStart({ video }: MediaSegment, { frameRate }: VideoSpan): Promise<void> {
    const renditions = this.#renditions.map(({ stream, rung }) => {
      return { name: stream.name, width: rung.width, height: rung.height, playlist: stream.playlist };
    });
    const { codec = 'unknown', width, height } = video;
    await this.#context.emit({
      ...{
        type: 'started',
        master: MASTER,
        source: { codec, width, height, frameRate: Math.round(frameRate * 1000) / 1000 },
        renditions,
      },
      ...(this.#audio === undefined
        ? {}
        : { audio: { codec: this.#audio.codec, playlist: this.#audio.stream.playlist } }),
    });
    this.#frameRate = frameRate;
  }

  #writeMaster(): string {
    const { maxFrameRate } = this.#context.input.video;
    const variants = this.#renditions.map(({ stream, rung, peakBitrate }) => {
      const { rateControl } = rung;
      const cap =
        rateControl.mode === 'crf'
          ? rateControl.maxBitrate
          : rateControl.mode === 'vbr'
            ? (rateControl.maxBitrate ?? rateControl.bitrate * 1.5)
            : rateControl.bitrate;
      // Two seconds of buffer may come on top of the cap in one segment; without a cap there is only what was seen first.
      const peak = Math.ceil(cap === undefined ? Math.max(peakBitrate * 2, 100_000) : cap * 1.5);
      return {
        ...{
          uri: stream.playlist,
          width: rung.width,
          height: rung.height,
          frameRate: Math.min(maxFrameRate ?? 1000, this.#frameRate),
        },
        ...{ codec: codecOf(stream), bitrate: Math.ceil(cap ?? peak), peakBitrate: peak },
      };
    });
    if (this.#audio === undefined) return writeMasterPlaylist(variants);
    const { stream, codec, channels, bitrate } = this.#audio;
    const sound = { uri: stream.playlist, codec, channels, bitrate, peakBitrate: Math.ceil(bitrate * 1.2) };
    return writeMasterPlaylist(variants, { sounds: [sound] });
  }
}

function codecOf({ initSection }: LiveStream): string {
  return (initSection === undefined ? undefined : readInitSection(initSection).codec) ?? 'avc1';
}

function bitrateOf(samples: readonly MediaSample[], { durationTicks }: VideoSpan): number {
  return (samples.reduce((sum, { data }) => sum + data.length, 0) * 8 * LIVE_TICKS) / durationTicks;
}
