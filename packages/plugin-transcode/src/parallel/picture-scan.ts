import type { Fraction } from '../media/fraction.ts';

/** A keyframe in decoding order. */
export interface Keyframe {
  /** Packets of the picture stream before it. */
  readonly packet: number;
  /** Pictures shown before it, by the source's frame rate, from the first picture on. */
  readonly picture: number;
  /** Nothing shown before it comes after it, and nothing is missing just before it: a file can be cut here. */
  readonly clean: boolean;
}

/** What the packets of a picture stream tell. */
export interface PictureIndex {
  readonly packets: number;
  /** Of the first picture, from the start of the file. */
  readonly startSeconds: number;
  /** From the first to the last, by the source's frame rate. */
  readonly pictures: number;
  readonly keyframes: readonly Keyframe[];
}

/** How far from the beat of its frame rate a picture may be, in pictures: more is a variable rate. */
const JITTER_MAX = 0.2;
/** Share of the pictures that may be missing: more is a variable rate, even on the beat. */
const MISSING_MAX = 0.005;
/** Pictures that an encoder may put into another order, generously. */
const REORDER_MAX = 64;
const DISCARD = 4;
const CORRUPT = 2;

/** Reads what ffmpeg's `framecrc` format tells about a stream, line by line; keeps only the keyframes. */
export class PictureScan {
  readonly #rate: number;
  readonly #keyframes: { packet: number; picture: number; clean: boolean }[] = [];
  readonly #recent = new Set<number>();
  #tickSeconds = 0;
  #packets = 0;
  #first = Number.NaN;
  #last = -1;
  /** Why the stream can't be cut, in words; undefined while it can. */
  unsuitable: string | undefined;

  /** @param rate of the source */
  constructor({ num, den }: Fraction) {
    this.#rate = num / den;
  }

  line(text: string): void {
    if (text.startsWith('#tb 0:')) {
      const [num, den] = text.slice(6).split('/').map(Number) as [number, number];
      this.#tickSeconds = num / den;
    }
    if (!text.startsWith('0,') || this.unsuitable !== undefined) return;
    const fields = text.split(',').map((field) => field.trim());
    const pts = Number(fields[2]);
    const flags = Number(fields.find((field) => field.startsWith('F='))?.slice(2) ?? 1);
    // ffmpeg writes the least 64-bit number for a time that is not known.
    if (!(Math.abs(pts) < 2 ** 53)) this.unsuitable = 'its pictures have no times';
    else if ((flags & DISCARD) !== 0) this.unsuitable = 'an edit list hides some of its pictures';
    else if ((flags & CORRUPT) !== 0) this.unsuitable = 'it is damaged';
    else this.#packet(pts * this.#tickSeconds, (flags & 1) === 1);
  }

  /** After the last line. */
  end(): void {
    if (this.#packets === 0) this.unsuitable ??= 'it has no pictures';
    if (this.#packets < (this.#last + 1) * (1 - MISSING_MAX)) this.unsuitable ??= 'its frame rate varies';
  }

  /** The index of all lines so far. */
  index(): PictureIndex {
    return {
      packets: this.#packets,
      startSeconds: this.#first,
      pictures: this.#last + 1,
      keyframes: this.#keyframes,
    };
  }

  #packet(seconds: number, isKey: boolean): void {
    if (this.#packets === 0) {
      this.#first = seconds;
      if (!isKey) this.unsuitable = 'it does not start with a keyframe';
    }
    const beat = (seconds - this.#first) * this.#rate;
    const picture = Math.round(beat);
    if (Math.abs(beat - picture) > JITTER_MAX) this.unsuitable = 'its frame rate varies';
    const key = this.#keyframes.at(-1);
    if (key !== undefined && picture <= key.picture) key.clean = false;
    if (picture < 0) this.unsuitable = 'pictures come before its first keyframe';
    if (isKey) this.#keyframes.push({ packet: this.#packets, picture, clean: picture === this.#last + 1 });
    this.#last = Math.max(this.#last, picture);
    this.#packets += 1;
    if (this.#recent.has(picture)) this.unsuitable = 'several of its pictures have the same time';
    this.#recent.add(picture);
    for (const one of this.#recent) {
      if (this.#recent.size <= REORDER_MAX) break;
      this.#recent.delete(one);
    }
  }
}
