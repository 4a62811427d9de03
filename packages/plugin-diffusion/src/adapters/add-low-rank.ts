import { fromFloat16, toFloat16 } from '../runtime/float16.ts';

/** What is added: `scale × up · down`, `rows` × `columns`. */
export interface LowRankSum {
  readonly up: Float32Array;
  readonly down: Float32Array;
  readonly rank: number;
  readonly scale: number;
  readonly rows: number;
  readonly columns: number;
  /** The numbers lie column by column. */
  readonly isTransposed: boolean;
  /** They are float16; else float32. */
  readonly isHalf: boolean;
}

/** Adds a product of two low matrices to numbers in place. */
export function addLowRank(bytes: Uint8Array, sum: LowRankSum): void {
  const { up, down, rank, scale, rows, columns, isTransposed, isHalf } = sum;
  // A copy, since the numbers may lie at any byte.
  const { buffer } = new Uint8Array(bytes);
  const values = isHalf ? fromFloat16(new Uint16Array(buffer)) : new Float32Array(buffer);
  const row = new Float64Array(columns);
  for (let at = 0; at < rows; at += 1) {
    row.fill(0);
    for (let k = 0; k < rank; k += 1) {
      const share = scale * (up[at * rank + k] as number);
      for (let column = 0; column < columns; column += 1)
        row[column] = (row[column] as number) + share * (down[k * columns + column] as number);
    }
    for (let column = 0; column < columns; column += 1) {
      const place = isTransposed ? column * rows + at : at * columns + column;
      values[place] = (values[place] as number) + (row[column] as number);
    }
  }
  const written = isHalf ? toFloat16(values) : values;
  bytes.set(new Uint8Array(written.buffer));
}
