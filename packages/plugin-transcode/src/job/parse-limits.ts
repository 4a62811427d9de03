import { DEFAULT_LIMITS, type TranscodeLimits } from './limits.ts';

/** The variable that sets each limit of a job. */
export const LIMIT_VARIABLES: Readonly<Record<keyof TranscodeLimits, string>> = {
  maxSeconds: 'BYOC_TRANSCODE_MAX_SECONDS',
  maxSourceBytes: 'BYOC_TRANSCODE_MAX_SOURCE_BYTES',
  maxSourcePixels: 'BYOC_TRANSCODE_MAX_SOURCE_PIXELS',
  maxPixels: 'BYOC_TRANSCODE_MAX_PIXELS',
  maxPixelsPerSecond: 'BYOC_TRANSCODE_MAX_PIXELS_PER_SECOND',
  maxOutputs: 'BYOC_TRANSCODE_MAX_OUTPUTS',
  maxRenditions: 'BYOC_TRANSCODE_MAX_RENDITIONS',
  maxWallSeconds: 'BYOC_TRANSCODE_MAX_WALL_SECONDS',
  maxStillSeconds: 'BYOC_TRANSCODE_MAX_STILL_SECONDS',
};

/** Reads limits from the environment; a variable that is not set, or empty, leaves the default. @throws RangeError for what is no positive number */
export function parseLimits(environment: Readonly<Record<string, string | undefined>>): TranscodeLimits {
  const limits: { -readonly [Name in keyof TranscodeLimits]: number } = { ...DEFAULT_LIMITS };
  for (const [name, variable] of Object.entries(LIMIT_VARIABLES) as [keyof TranscodeLimits, string][]) {
    const text = environment[variable];
    if (text === undefined || text === '') continue;
    const value = Number(text);
    if (!(Number.isFinite(value) && value > 0)) throw new RangeError(`${variable} is no positive number: \`${text}\``);
    limits[name] = value;
  }
  return limits;
}
