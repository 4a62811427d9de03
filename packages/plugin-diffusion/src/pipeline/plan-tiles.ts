/** A part of a picture. */
export interface Tile {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Covers a picture with tiles that overlap at least by so much. */
export function planTiles(options: {
  readonly width: number;
  readonly height: number;
  readonly tile: Pick<Tile, 'width' | 'height'>;
  readonly overlap: number;
}): Tile[] {
  const columns = starts(options.width, options.tile.width, options.overlap);
  const rows = starts(options.height, options.tile.height, options.overlap);
  return rows.flatMap((top) =>
    columns.map((left) => ({
      ...{ left, top },
      width: Math.min(options.tile.width, options.width),
      height: Math.min(options.tile.height, options.height),
    })),
  );
}

function starts(size: number, tile: number, overlap: number): number[] {
  if (size <= tile) return [0];
  const count = Math.ceil((size - overlap) / (tile - overlap));
  return Array.from({ length: count }, (_, at) => Math.round((at * (size - tile)) / (count - 1)));
}
