import { z } from 'zod';
import type { ContentLight, MasteringDisplay } from './colour-tags.ts';

const ratio = z.string().optional();

/** Side data of a stream or of a picture, as ffprobe writes it. */
export const sideDataSchema = z.object({
  side_data_type: z.string().optional(),
  rotation: z.number().optional(),
  dv_profile: z.number().optional(),
  max_content: z.number().optional(),
  max_average: z.number().optional(),
  red_x: ratio,
  red_y: ratio,
  green_x: ratio,
  green_y: ratio,
  blue_x: ratio,
  blue_y: ratio,
  white_point_x: ratio,
  white_point_y: ratio,
  min_luminance: ratio,
  max_luminance: ratio,
});
export type SideData = z.output<typeof sideDataSchema>;

/** What of side data is about high dynamic range. */
export interface LightData {
  readonly masteringDisplay?: MasteringDisplay | undefined;
  readonly contentLight?: ContentLight | undefined;
}

/** Finds mastering display and content light among side data; leaves out what is not whole. */
export function parseLightData(list: readonly SideData[]): LightData {
  const light = list.find(({ max_content }) => max_content !== undefined && max_content > 0);
  const display = list.map(readDisplay).find((one) => one !== undefined);
  return {
    ...(display === undefined ? {} : { masteringDisplay: display }),
    ...(light === undefined
      ? {}
      : { contentLight: { max: light.max_content as number, maxAverage: light.max_average ?? 0 } }),
  };
}

function readDisplay(data: SideData): MasteringDisplay | undefined {
  const point = (x: string | undefined, y: string | undefined) => [quotient(x), quotient(y)] as const;
  const display = {
    red: point(data.red_x, data.red_y),
    green: point(data.green_x, data.green_y),
    blue: point(data.blue_x, data.blue_y),
    white: point(data.white_point_x, data.white_point_y),
    minLuminance: quotient(data.min_luminance),
    maxLuminance: quotient(data.max_luminance),
  };
  return Object.values(display).flat().every(Number.isFinite) && display.maxLuminance > 0 ? display : undefined;
}

/** Reads `34000/50000`; NaN for what is none. */
function quotient(text: string | undefined): number {
  const [num, den] = (text ?? '').split('/').map(Number);
  return num !== undefined && den !== undefined && den > 0 ? num / den : Number.NaN;
}
