import { x265HdrParams } from '../colour-arguments.ts';
import type { EncodeRequest, Encoder } from './encoder.ts';
import { capped, cappedWhere, constant } from './rate-arguments.ts';

/** HEVC by libx265, with the tag `hvc1` that Apple's players want. */
export const X265: Encoder = {
  name: 'libx265',
  codec: 'hevc',
  family: 'software',
  modes: ['crf', 'vbr', 'cbr'],
  bitDepths: [8, 10],
  arguments(request) {
    const { preset, bitDepth, rateControl, keyframeFrames, hdr } = request;
    // Its options would be written into the files, and differ where nothing else does.
    const params = ['log-level=warning', 'info=0', 'scenecut=0', 'open-gop=0'];
    params.push(`keyint=${keyframeFrames}`, `min-keyint=${keyframeFrames}`);
    if (rateControl.mode === 'cbr') params.push('strict-cbr=1');
    if (hdr !== undefined) params.push(...x265HdrParams(hdr));
    return [
      ...['-preset', preset, '-profile:v', bitDepth === 10 ? 'main10' : 'main', ...rate(rateControl)],
      ...['-g', String(keyframeFrames), '-x265-params', params.join(':'), '-tag:v', 'hvc1'],
    ];
  },
};

function rate(control: EncodeRequest['rateControl']): string[] {
  switch (control.mode) {
    case 'crf':
      return ['-crf', String(control.crf), ...cappedWhere(control.maxBitrate)];
    case 'vbr':
      return ['-b:v', String(control.bitrate), ...capped(control.maxBitrate)];
    case 'cbr':
      return constant(control.bitrate);
  }
}
