import { readFile, writeFile } from 'node:fs/promises';
import { makeSource, picture, quick } from '../make-source.ts';
import { box } from './source-bytes.ts';
import type { SourceRow } from './source-row.ts';

/** Where a source must not lead: a video of this machine, and an address of it. */
export interface Canaries {
  readonly file: string;
  readonly url: string;
}

/** A file that leads to others instead of being a video. */
export type LeadingSource = SourceRow & { readonly refused: string };

const svg = (href: string) =>
  `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="64" height="64"><image width="64" height="64" xlink:href="${href}"/></svg>`;
const mpd = (base: string) =>
  `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT4S" profiles="urn:mpeg:dash:profile:isoff-on-demand:2011"><Period><AdaptationSet mimeType="video/mp4"><Representation id="v" bandwidth="1000" codecs="avc1.640028"><BaseURL>${base}</BaseURL></Representation></AdaptationSet></Period></MPD>`;
const m3u8 = (uri: string) => `#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n${uri}\n#EXT-X-ENDLIST\n`;

/** Text sources and their usual extension. */
const texts: readonly [string, string, (canaries: Canaries) => string][] = [
  ['an HLS playlist of a local file', 'm3u8', ({ file }) => m3u8(`file://${file}`)],
  ['an HLS playlist of a relative path', 'm3u8', ({ file }) => m3u8(file)],
  ['an HLS playlist of a private address', 'm3u8', ({ url }) => m3u8(url)],
  [
    'an HLS playlist of a concatenation',
    'm3u8',
    ({ file, url }) => m3u8(`concat:file://${file}|${url}`).replace('#EXTINF', '#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF'),
  ],
  [
    'an HLS master playlist with a key',
    'm3u8',
    ({ url }) => `#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="${url}"\n#EXTINF:5,\n${url}\n`,
  ],
  ['a DASH manifest of a local file', 'mpd', ({ file }) => mpd(`file://${file}`)],
  ['a DASH manifest of a private address', 'mpd', ({ url }) => mpd(url)],
  ['a concat script of a local file', 'txt', ({ file }) => `ffconcat version 1.0\nfile '${file}'\n`],
  ['a concat script of a private address', 'ffconcat', ({ url }) => `ffconcat version 1.0\nfile '${url}'\n`],
  ['an SVG that includes a local file', 'svg', ({ file }) => svg(`file://${file}`)],
  ['an SVG that includes a private address', 'svg', ({ url }) => svg(url)],
  [
    'a session description of a private address',
    'sdp',
    () =>
      'v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5000 RTP/AVP 96\na=rtpmap:96 H264/90000\n',
  ],
  ['ffmetadata', 'ffmeta', ({ file }) => `;FFMETADATA1\ntitle=${file}\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=10\n`],
  ['subtitles', 'srt', () => '1\n00:00:00,000 --> 00:00:01,000\nhello\n'],
];

/** Reasons for what is no container of ours: which one it is depends on what the ffmpeg was built with. */
const REFUSED = 'source-';

/** Everything that may lead elsewhere, each under its own file name and under that of a video. */
export function leadingSources(canaries: () => Canaries): readonly LeadingSource[] {
  const text = texts.flatMap(([source, extension, content]) =>
    [`leading.${extension}`, 'leading.mp4'].map((file) => ({
      ...{ source: `${source}, named ${file}`, file, refused: REFUSED, says: /not a video/ },
      make: (path: string) => writeFile(path, content(canaries())),
    })),
  );
  return [
    ...text,
    ...[
      ['png', 'png'],
      ['jpg', 'mjpeg'],
      ['bmp', 'bmp'],
    ].map(([extension = '', codec = '']) => ({
      ...{ source: `a ${extension} picture`, file: `still.${extension}`, refused: REFUSED, says: /not a video/ },
      make: (path: string) =>
        makeSource(path, [...picture('64x64', 1, 1), '-frames:v', '1', '-c:v', codec, '-f', 'image2', '-update', '1']),
    })),
    {
      ...{ source: 'a picture named as a sequence', file: 'still-%03d.png', refused: REFUSED, says: /not a video/ },
      make: (path) =>
        makeSource(path, [
          ...picture('64x64', 1, 1),
          '-frames:v',
          '1',
          '-update',
          '1',
          '-f',
          'image2pipe',
          '-c:v',
          'png',
        ]),
    },
    {
      source: 'a QuickTime reference movie of a local file',
      file: 'reference.mov',
      refused: 'source-without-frames',
      says: /Nothing of the source could be decoded/,
      make: async (path) => {
        const good = await readFile(
          await makeSource(`${path}.good`, [...picture('64x64', 5, 1), ...quick, '-f', 'mov']),
        );
        await writeFile(path, referTo(good, canaries().file));
      },
    },
  ];
}

/** A movie whose samples lie in another file: its data reference becomes an alias. Its index must come last. */
function referTo(movie: Buffer, file: string): Buffer {
  const self = movie.indexOf(Buffer.from([0, 0, 0, 1, 0, 0, 0, 12]), movie.indexOf('dref'));
  const start = self + 4;
  const alias = Buffer.alloc(150);
  alias.writeUInt8(6, 10);
  alias.write('volume', 11, 'latin1');
  const name = file.slice(file.lastIndexOf('/') + 1);
  alias.writeUInt8(name.length, 50);
  alias.write(name, 51, 'latin1');
  const from = `volume${file.replaceAll('/', ':')}`;
  const path = Buffer.alloc(4 + from.length + (from.length % 2));
  path.writeInt16BE(2, 0);
  path.writeUInt16BE(from.length, 2);
  path.write(from, 4, 'latin1');
  // Version and flags 0: the data are not in this file. The last tag of the alias is -1.
  const entry = box('alis', Buffer.alloc(4), alias, path, Buffer.from([0xff, 0xff, 0, 0]));
  const grown = Buffer.concat([movie.subarray(0, start), entry, movie.subarray(start + 12)]);
  for (const type of ['moov', 'trak', 'mdia', 'minf', 'dinf', 'dref']) {
    const at = (type === 'dinf' || type === 'dref' ? grown.lastIndexOf(type, start) : grown.indexOf(type)) - 4;
    grown.writeUInt32BE(grown.readUInt32BE(at) + entry.length - 12, at);
  }
  return grown;
}
