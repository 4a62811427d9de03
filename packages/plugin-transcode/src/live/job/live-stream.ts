import { LIVE_TICKS, type MediaSample } from '../media/media-segment.ts';
import { writeFragment } from '../media/write-fragment.ts';
import { type LiveEntry, type LiveWindow, moveWindow, writeLivePlaylist } from '../plan/write-live-playlist.ts';

/** A file to hand out. */
export interface LiveFile {
  readonly part: string;
  readonly bytes: Buffer;
}

/** One rendition, or the sound: its files, its moving playlist, its totals. */
export class LiveStream {
  readonly name: string;
  frames = 0;
  bytes = 0;
  initSection: Buffer | undefined;
  readonly #size: number;
  #map = '';
  #inits = 0;
  #window: LiveWindow;

  constructor(name: string, options: { mediaSequence: number; playlistSegments: number }) {
    this.name = name;
    this.#size = options.playlistSegments;
    this.#window = { entries: [], mediaSequence: options.mediaSequence, discontinuitySequence: 0, ended: false };
  }

  get playlist(): string {
    return `${this.name}/index.m3u8`;
  }

  /** The sequence number that the next entry gets. */
  get nextSequence(): number {
    return this.#window.mediaSequence + this.#window.entries.length;
  }

  /** Adds entries without anything to load. */
  addGaps(count: number, seconds: number): void {
    for (let left = count; left > 0; left -= 1) this.#add({ seconds, gap: true, discontinuity: false });
  }

  /** Adds a segment. Its samples have times in `timescale`, the output's; those of the first are its start. */
  addSegment(
    samples: readonly MediaSample[],
    options: { timescale: number; initSection: Buffer; discontinuity: boolean },
  ): readonly LiveFile[] {
    const files: LiveFile[] = [];
    const changed = this.initSection?.equals(options.initSection) !== true;
    const first = this.initSection === undefined;
    if (changed) {
      this.#inits += 1;
      this.#map = `init-${this.#inits}.mp4`;
      this.initSection = options.initSection;
      files.push({ part: `${this.name}/${this.#map}`, bytes: options.initSection });
    }
    const sequence = this.nextSequence;
    const bytes = writeFragment(samples, sequence + 1);
    files.push({ part: `${this.name}/${segmentFile(sequence)}`, bytes });
    const ticks = samples.reduce((sum, { duration }) => sum + duration, 0);
    this.#add({
      seconds: ticks / options.timescale,
      gap: false,
      discontinuity: !first && (changed || options.discontinuity),
    });
    this.frames += samples.length;
    this.bytes += bytes.length;
    return files;
  }

  end(): void {
    this.#window = { ...this.#window, ended: true };
  }

  writePlaylist(targetSeconds: number): string {
    return writeLivePlaylist(this.#window, { targetSeconds });
  }

  #add(entry: Pick<LiveEntry, 'seconds' | 'gap' | 'discontinuity'>): void {
    const added = { ...entry, uri: segmentFile(this.nextSequence), map: this.#map };
    this.#window = moveWindow(this.#window, [added], this.#size);
  }
}

/** Gives pictures the durations that lead to the next one, and their place on the output's timeline. */
export function placePictures(
  samples: readonly MediaSample[],
  span: { startTicks: number; durationTicks: number },
): MediaSample[] {
  return samples.map((sample, at) => {
    const from = at === 0 ? 0 : sample.pts;
    const to = samples[at + 1]?.pts ?? span.durationTicks;
    const time = span.startTicks + from;
    return { ...sample, dts: time, pts: time, duration: Math.max(1, to - from) };
  });
}

/** A clock that is off by less than this is a rounded one: sound stays seamless. */
const SEAM_SECONDS = 0.03;

/** Puts sound on the output's timeline, seamless with the sound before it. @param options.offsetTicks from the source's clock to the output's, in 1/90000 s */
export function placeSound(
  samples: readonly MediaSample[],
  options: { timescale: number; offsetTicks: number; endOfLast: number | undefined },
): MediaSample[] {
  const { timescale, endOfLast } = options;
  const offset = (options.offsetTicks * timescale) / LIVE_TICKS;
  const first = samples[0]?.dts ?? 0;
  let start = Math.round(first + offset);
  if (endOfLast !== undefined && start < endOfLast + SEAM_SECONDS * timescale) start = endOfLast;
  const kept = start < 0 ? samples.filter(({ dts }) => dts - first + start >= 0) : samples;
  return kept.map((sample) => {
    const time = sample.dts - first + start;
    return { ...sample, dts: time, pts: time };
  });
}

function segmentFile(sequence: number): string {
  return `segment-${String(sequence).padStart(6, '0')}.m4s`;
}
