import { fileBlob } from '@byoc/core/gateway';
import { expect, it } from 'vitest';
import { parallelInput } from './parallel-input.ts';

const source = fileBlob('/in.mp4');

it('takes what is done to each picture alone, files and all', () => {
  const picture = { watermark: { image: fileBlob('/logo.png') }, texts: [{ text: 'BYOC' }] };
  const input = parallelInput({ source, picture, audio: { codec: 'opus', tracks: 'all' } });
  expect(input).toMatchObject({
    path: '/in.mp4',
    picture,
    audio: { codec: 'opus', tracks: 'all' },
    deinterlace: { when: 'auto', pictureFor: 'frame' },
  });
});

it.each([
  [{ clip: { startSeconds: 1 } }, '`clip` needs the whole source in one job'],
  [{ picture: { frameTiming: 'source' as const } }, 'pictures keep their own times'],
  [{ picture: { deinterlace: { pictureFor: 'field' as const } } }, 'each field becomes a picture'],
  [{ outputs: [{ kind: 'hls' as const, container: 'ts' as const }] }, 'only fMP4 segments are joined'],
  [{ audio: { codec: 'aac' as const, bitrate: 1 } }, 'its input is not valid'],
])('leaves %o to one job, and says why', (more, reason) => {
  expect(parallelInput({ source, ...more })).toEqual({ reason });
});
