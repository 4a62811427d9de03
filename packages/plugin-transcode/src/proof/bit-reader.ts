/** Reads bits of a codec's parameters. */
export class BitReader {
  readonly #data: Uint8Array;
  #at = 0;

  /** H.264 and H.265 have bytes against emulated start codes in between, which are left out. @default emulation true */
  constructor(unit: Uint8Array, { emulation = true }: { emulation?: boolean } = {}) {
    const isExtra = (byte: number, at: number) => byte === 3 && unit[at - 1] === 0 && unit[at - 2] === 0 && at >= 2;
    this.#data = emulation ? unit.filter((byte, at) => !isExtra(byte, at)) : unit;
  }

  /** An unsigned number of at most 32 bits. @throws RangeError at the end */
  bits(count: number): number {
    let value = 0;
    for (let left = count; left > 0; left -= 1) {
      const byte = this.#data[this.#at >> 3];
      if (byte === undefined) throw new RangeError('a parameter set ends too early');
      value = value * 2 + ((byte >> (7 - (this.#at & 7))) & 1);
      this.#at += 1;
    }
    return value;
  }

  skip(count: number): void {
    this.#at += count;
  }

  /** Exp-Golomb, unsigned. */
  unsigned(): number {
    let zeros = 0;
    while (this.bits(1) === 0) {
      zeros += 1;
      if (zeros > 31) throw new RangeError('a parameter set has a number that is too long');
    }
    return 2 ** zeros - 1 + this.bits(zeros);
  }

  /** Exp-Golomb, signed. */
  signed(): number {
    const code = this.unsigned();
    return code % 2 === 1 ? (code + 1) / 2 : -code / 2;
  }
}
