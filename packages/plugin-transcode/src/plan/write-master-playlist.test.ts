import { expect, it } from 'vitest';
import { writeMasterPlaylist } from './write-master-playlist.ts';
import { writeThumbnailTrack } from './write-thumbnail-track.ts';

it('writes a multivariant playlist with the sound as a group', () => {
  const variant = {
    uri: '360p/index.m3u8',
    width: 640,
    height: 360,
    frameRate: 29.97003,
    codec: 'avc1.64001e',
    bitrate: 700_000,
    peakBitrate: 900_000,
  };
  const audio = { uri: 'audio/index.m3u8', codec: 'mp4a.40.2', channels: 2, bitrate: 128_000, peakBitrate: 130_000 };
  expect(writeMasterPlaylist([variant], { sounds: [audio] })).toMatchInlineSnapshot(`
    "#EXTM3U
    #EXT-X-VERSION:7
    #EXT-X-INDEPENDENT-SEGMENTS
    #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="Main",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",URI="audio/index.m3u8"
    #EXT-X-STREAM-INF:BANDWIDTH=1030000,AVERAGE-BANDWIDTH=828000,CODECS="avc1.64001e,mp4a.40.2",RESOLUTION=640x360,FRAME-RATE=29.970,AUDIO="audio"
    360p/index.m3u8
    "
  `);
  expect(writeMasterPlaylist([variant])).not.toContain('AUDIO');
});

it('writes a thumbnail track over two sheets that ends with the video', () => {
  const plan = {
    name: 't',
    track: 't/t.vtt',
    sheetPattern: '',
    when: { everySeconds: 2 },
    width: 160,
    height: 90,
    columns: 2,
    rows: 1,
  };
  expect(writeThumbnailTrack(plan, ['a.jpg', 'b.jpg'], 5).text).toMatchInlineSnapshot(`
    "WEBVTT

    00:00:00.000 --> 00:00:02.000
    a.jpg#xywh=0,0,160,90

    00:00:02.000 --> 00:00:04.000
    a.jpg#xywh=160,0,160,90

    00:00:04.000 --> 00:00:05.000
    b.jpg#xywh=0,0,160,90
    "
  `);
});
