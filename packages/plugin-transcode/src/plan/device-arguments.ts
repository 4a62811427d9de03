import type { EncoderFamily } from './encoders/encoder.ts';

/** The card that VAAPI and Quick Sync use on Linux. */
export const RENDER_DEVICE = '/dev/dri/renderD128';

/** Where pictures are between decoder and encoder. */
export type FramePlace = 'memory' | 'card';

/** Arguments before the input: they open the card, and let it decode where the pictures stay on it. */
export function deviceArguments(family: EncoderFamily, frames: FramePlace): string[] {
  switch (family) {
    case 'nvenc':
      return frames === 'card' ? ['-hwaccel', 'cuda', '-hwaccel_output_format', 'cuda'] : [];
    case 'vaapi':
      return opened(`vaapi=card:${RENDER_DEVICE}`, 'vaapi', frames);
    case 'qsv':
      return opened(`qsv=card,child_device=${RENDER_DEVICE}`, 'qsv', frames);
    case 'videotoolbox':
    case 'software':
      return [];
  }
}

function opened(device: string, kind: string, frames: FramePlace): string[] {
  const open = ['-init_hw_device', device, '-filter_hw_device', 'card'];
  const decode = ['-hwaccel', kind, '-hwaccel_device', 'card', '-hwaccel_output_format', kind];
  return frames === 'card' ? [...open, ...decode] : open;
}

/** Filters that hand a picture in memory to an encoder, after its last change. */
export function uploadFilters(family: EncoderFamily, bitDepth: 8 | 10): string[] {
  const format = `format=${bitDepth === 10 ? 'p010le' : 'nv12'}`;
  switch (family) {
    case 'vaapi':
    case 'qsv':
      return [format, 'hwupload=extra_hw_frames=64'];
    case 'nvenc':
    case 'videotoolbox':
      return [format];
    case 'software':
      return [];
  }
}

/** The filter that scales pictures on the card; undefined for families without one. */
export function cardScaler(family: EncoderFamily, size: { width: number; height: number }): string | undefined {
  const { width, height } = size;
  switch (family) {
    case 'nvenc':
      return `scale_cuda=${width}:${height}:interp_algo=bicubic:format=nv12`;
    case 'vaapi':
      return `scale_vaapi=w=${width}:h=${height}:mode=hq:format=nv12`;
    case 'qsv':
      return `scale_qsv=w=${width}:h=${height}:mode=hq:format=nv12`;
    case 'videotoolbox':
    case 'software':
      return undefined;
  }
}
