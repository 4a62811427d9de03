import type { EncoderFamily } from '../plan/encoders/encoder.ts';

/** The card that VAAPI and Quick Sync use on Linux, unless the operator names another. */
export const RENDER_DEVICE = '/dev/dri/renderD128';

/** Arguments before the input that open a card, so that pictures in memory can be handed to it. */
export function deviceArguments(family: EncoderFamily, renderDevice = RENDER_DEVICE): string[] {
  switch (family) {
    case 'vaapi':
      return ['-init_hw_device', `vaapi=card:${renderDevice}`, '-filter_hw_device', 'card'];
    case 'qsv':
      return ['-init_hw_device', `qsv=card,child_device=${renderDevice}`, '-filter_hw_device', 'card'];
    case 'nvenc':
    case 'videotoolbox':
    case 'software':
      return [];
  }
}

/** Filters that hand a picture in memory to an encoder, after its last change; these encoders take other formats themselves. */
export function uploadFilters(family: EncoderFamily, bitDepth: 8 | 10): string[] {
  const format = bitDepth === 10 ? 'p010le' : 'nv12';
  switch (family) {
    case 'vaapi':
      return [`format=${format}`, 'hwupload'];
    case 'qsv':
      return [`format=${format}`, 'hwupload=extra_hw_frames=64'];
    case 'nvenc':
    case 'videotoolbox':
      return [`format=${format}`];
    case 'software':
      return [`format=${bitDepth === 10 ? 'yuv420p10le' : 'yuv420p'}`];
  }
}
