/** A part of a picture. */
export interface Tile {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Covers a picture with tiles that overlap at least by so much. */
export function planTiles(options: { width: number; height: number; tile: number; overlap: number }): Tile[] {
  const columns = starts(options.width, options.tile, options.overlap);
  const rows = starts(options.height, options.tile, options.overlap);
  return rows.flatMap((top) =>
    columns.map((left) => ({
      ...{ left, top },
      width: Math.min(options.tile, options.width),
      height: Math.min(options.tile, options.height),
    })),
  );
}

function starts(size: number, tile: number, overlap: number): number[] {
  if (size <= tile) return [0];
  const count = Math.ceil((size - overlap) / (tile - overlap));
  return Array.from({ length: count }, (_, at) => Math.round((at * (size - tile)) / (count - 1)));
}
