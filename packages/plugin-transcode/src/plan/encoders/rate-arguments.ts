/** A ceiling: never above `bitrate` for longer than two seconds. */
export function capped(bitrate: number): string[] {
  return ['-maxrate', String(bitrate), '-bufsize', String(bitrate * 2)];
}

/** A constant rate, as most encoders take it. */
export function constant(bitrate: number): string[] {
  return ['-b:v', String(bitrate), '-minrate', String(bitrate), ...capped(bitrate)];
}

/** A ceiling where there is one. */
export function cappedWhere(bitrate: number | undefined): string[] {
  return bitrate === undefined ? [] : capped(bitrate);
}
