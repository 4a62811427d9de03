import type { Tile } from '../pipeline/plan-tiles.ts';
import type { Planes } from './loaded-upscaler.ts';

/** What pieces are put together to. */
export interface BandBlendOptions {
  /** Of the large picture, pixels. */
  readonly width: number;
  readonly height: number;
  /** 3 for colours, 1 for the first plane alone. */
  readonly channels: 1 | 3;
  /** Of a piece, at most. */
  readonly tileHeight: number;
  /** Pixels that neighbours share at least. */
  readonly overlap: number;
}

/**
 * Puts large pieces together, row by row of them. What is not finished is kept as floats for one row only, so that memory does not grow with
 * the picture's height.
 */
export class BandBlend {
  /** 8 bits, row by row. */
  readonly bytes: Uint8Array;
  readonly #options: BandBlendOptions;
  readonly #sum: Float32Array;
  readonly #weights: Float32Array;
  /** Row of the large picture at which the band begins. */
  #top = 0;

  constructor(options: BandBlendOptions) {
    const { width, height, channels, tileHeight } = options;
    this.#options = options;
    this.bytes = new Uint8Array(width * height * channels);
    this.#sum = new Float32Array(width * Math.min(tileHeight, height) * channels);
    this.#weights = new Float32Array(width * Math.min(tileHeight, height));
  }

  /** Adds the part of a piece that lies in the picture. Pieces come from top to bottom. */
  add(piece: Planes, { left, top, width, height }: Tile): void {
    this.#finish(top);
    const { width: wide, height: high, channels } = this.#options;
    const across = Float32Array.from({ length: width }, (_, at) => this.#weight(left, width, at, wide));
    for (let row = 0; row < height; row += 1) {
      const down = this.#weight(top, height, row, high);
      for (let column = 0; column < width; column += 1) {
        const weight = down * (across[column] as number);
        if (weight === 0) continue;
        const place = (top - this.#top + row) * wide + left + column;
        this.#weights[place] = (this.#weights[place] as number) + weight;
        for (let channel = 0; channel < channels; channel += 1) {
          const value = piece.data[(channel * piece.height + row) * piece.width + column] as number;
          const at = place * channels + channel;
          this.#sum[at] = (this.#sum[at] as number) + weight * value;
        }
      }
    }
  }

  /** To be called after the last piece. */
  end(): void {
    this.#finish(this.#options.height);
  }

  /** How much a piece counts at one of its pixels: nothing near its own rim, all inside, and between them more and more. */
  #weight(start: number, size: number, at: number, whole: number): number {
    const third = Math.max(this.#options.overlap / 3, 1e-6);
    const before = start === 0 ? 1 : (at + 0.5 - third) / third;
    const behind = start + size === whole ? 1 : (size - at - 0.5 - third) / third;
    return Math.max(0, Math.min(1, before, behind));
  }

  /** Turns the rows above `top` into bytes: no piece reaches them any more. */
  #finish(top: number): void {
    const { width, channels } = this.#options;
    const pixels = (top - this.#top) * width;
    if (pixels <= 0) return;
    const from = this.#top * width * channels;
    for (let at = 0; at < pixels * channels; at += 1) {
      const weight = this.#weights[Math.floor(at / channels)] as number;
      // Values beyond 0 and 1 are cut.
      this.bytes[from + at] = Math.max(0, Math.min(255, Math.round(((this.#sum[at] as number) / weight) * 255)));
    }
    this.#sum.copyWithin(0, pixels * channels);
    this.#sum.fill(0, this.#sum.length - pixels * channels);
    this.#weights.copyWithin(0, pixels);
    this.#weights.fill(0, this.#weights.length - pixels);
    this.#top = top;
  }
}
