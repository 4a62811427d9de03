import { basename } from 'node:path';
import type { SegmentFacts } from '../job/read-stream.ts';
import type { WrittenText } from './write-texts.ts';
import type { WrittenSound, WrittenStream, WrittenStreams } from './written-streams.ts';

type Attributes = Readonly<Record<string, string | number | undefined>>;

/**
 * Writes a static MPD (ISO/IEC 23009-1) over CMAF segments: every segment with its exact time, so that players need no guess. `base` is the
 * folder of segments, relative to the manifest: empty, or with a slash at its end.
 */
export function writeMpd({ pictures, sounds, texts }: WrittenStreams, base: string): string {
  const all = [...pictures, ...sounds];
  const seconds = all.reduce((most, { facts }) => Math.max(most, facts.seconds), 0);
  const longest = all.flatMap(({ facts }) => facts.list).reduce((most, one) => Math.max(most, one.seconds), 0);
  const families = [...new Set(pictures.map(({ facts }) => familyOf(facts.init.codec)))];
  const sets = [
    ...families.map((family) =>
      pictureSet(
        pictures.filter(({ facts }) => familyOf(facts.init.codec) === family),
        base,
      ),
    ),
    ...sounds.map((sound, at) => soundSet(sound, at === 0, base)),
    ...texts.flatMap((text, at) =>
      text.directory === undefined ? [] : [textSet(text, { id: at + 1, folder: basename(text.directory), base })],
    ),
  ];
  const mpd = element(
    'MPD',
    {
      xmlns: 'urn:mpeg:dash:schema:mpd:2011',
      profiles: 'urn:mpeg:dash:profile:isoff-live:2011,urn:mpeg:dash:profile:cmaf:2019',
      type: 'static',
      mediaPresentationDuration: duration(seconds),
      maxSegmentDuration: duration(longest),
      minBufferTime: duration(longest),
    },
    [element('Period', { id: 0, start: 'PT0S', duration: duration(seconds) }, sets)],
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n${mpd}\n`;
}

/** Players switch within one family of codecs. */
function familyOf(codec: string | undefined): string {
  return codec?.split('.')[0] ?? 'unknown';
}

function pictureSet(pictures: readonly WrittenStream[], base: string): string {
  const transfer = { SDR: undefined, PQ: 16, HLG: 18 }[pictures[0]?.facts.init.range ?? 'SDR'];
  const scheme = 'urn:mpeg:mpegB:cicp:TransferCharacteristics';
  return element(
    'AdaptationSet',
    {
      ...{ contentType: 'video', mimeType: 'video/mp4', segmentAlignment: 'true', startWithSAP: 1 },
      maxWidth: Math.max(...pictures.map(({ facts }) => facts.init.width)),
      maxHeight: Math.max(...pictures.map(({ facts }) => facts.init.height)),
    },
    [
      ...(transfer === undefined ? [] : [element('EssentialProperty', { schemeIdUri: scheme, value: transfer })]),
      ...pictures.map((written) => {
        const { width, height } = written.facts.init;
        return representation(written, base, { width, height, frameRate: rateOf(written), sar: '1:1' });
      }),
    ],
  );
}

function soundSet(sound: WrittenSound, main: boolean, base: string): string {
  const { sampleRate, channels } = sound.facts.init;
  const layout = 'urn:mpeg:dash:23003:3:audio_channel_configuration:2011';
  return element(
    'AdaptationSet',
    {
      ...{ contentType: 'audio', mimeType: 'audio/mp4', lang: sound.language },
      ...{ segmentAlignment: 'true', startWithSAP: 1 },
    },
    [
      element('Role', { schemeIdUri: 'urn:mpeg:dash:role:2011', value: main ? 'main' : 'alternate' }),
      `<Label>${escaped(sound.label)}</Label>`,
      representation(sound, base, { audioSamplingRate: sampleRate }, [
        element('AudioChannelConfiguration', { schemeIdUri: layout, value: channels }),
      ]),
    ],
  );
}

/** Text is one file: players fetch it at the start. By the id dash.js tells sets of one language apart. */
function textSet(
  { name, language, label, forced, isDefault, cues }: WrittenText,
  { id, folder, base }: { id: number; folder: string; base: string },
): string {
  const roles = [forced ? 'forced-subtitle' : 'subtitle', ...(isDefault ? ['main'] : [])];
  const seconds = cues.reduce((most, { end }) => Math.max(most, end), 1);
  const bytes = cues.reduce((sum, { text }) => sum + Buffer.byteLength(text) + 40, 0);
  return element('AdaptationSet', { id, contentType: 'text', mimeType: 'text/vtt', lang: language }, [
    ...roles.map((value) => element('Role', { schemeIdUri: 'urn:mpeg:dash:role:2011', value })),
    `<Label>${escaped(label)}</Label>`,
    element('Representation', { id: name, bandwidth: Math.max(1, Math.ceil((bytes * 8) / seconds)) }, [
      `<BaseURL>${base}${folder}/text.vtt</BaseURL>`,
    ]),
  ]);
}

function representation(
  { name, stream, facts }: WrittenStream,
  base: string,
  own: Attributes,
  inside: readonly string[] = [],
): string {
  const { timescale, codec } = facts.init;
  const folder = `${base}${basename(stream.directory)}/`;
  const template = {
    ...{ timescale, initialization: `${folder}${basename(stream.initSection)}` },
    ...{ media: `${folder}$Number%05d$.m4s`, startNumber: 0 },
  };
  return element('Representation', { id: name, bandwidth: Math.max(1, facts.peakBitrate), codecs: codec, ...own }, [
    ...inside,
    element('SegmentTemplate', template, [element('SegmentTimeline', {}, timeline(facts.list))]),
  ]);
}

/** Runs of equal segments are one element. */
function timeline(segments: readonly SegmentFacts[]): string[] {
  const runs: { start: number; ticks: number; more: number; time: number | undefined }[] = [];
  let end: number | undefined;
  for (const { start, ticks } of segments) {
    const last = runs.at(-1);
    if (last !== undefined && last.ticks === ticks && start === end) last.more += 1;
    else runs.push({ start, ticks, more: 0, time: start === end ? undefined : start });
    end = start + ticks;
  }
  return runs.map(({ time, ticks, more }) => element('S', { t: time, d: ticks, r: more === 0 ? undefined : more }));
}

/** A rate as a fraction, so that 29.97 is said exactly. */
function rateOf({ facts }: WrittenStream): string | undefined {
  const ticks = facts.list.reduce((sum, one) => sum + one.ticks, 0);
  if (ticks === 0) return undefined;
  const [num, den] = [facts.samples * facts.init.timescale, ticks];
  const divisor = greatest(num, den);
  return den === divisor ? String(num / divisor) : `${num / divisor}/${den / divisor}`;
}

function greatest(one: number, other: number): number {
  return other === 0 ? one : greatest(other, one % other);
}

function duration(seconds: number): string {
  return `PT${Number(seconds.toFixed(6))}S`;
}

function element(name: string, attributes: Attributes, inside: readonly string[] = []): string {
  const written = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${escaped(String(value))}"`],
  );
  const head = `<${name}${written.join('')}`;
  if (inside.length === 0) return `${head}/>`;
  return `${head}>\n${inside.map((one) => one.replaceAll(/^/gm, '  ')).join('\n')}\n</${name}>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
