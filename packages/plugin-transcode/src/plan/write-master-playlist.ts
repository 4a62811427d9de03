/** A rendition, as the master playlist has to know it. */
export interface MasterVariant {
  /** Relative to the master. */
  readonly uri: string;
  readonly width: number;
  readonly height: number;
  readonly frameRate: number;
  readonly codec: string;
  readonly bitrate: number;
  readonly peakBitrate: number;
  /** @default not stated */
  readonly range?: 'SDR' | 'PQ' | 'HLG' | undefined;
  /** The playlist of its keyframes. @default none */
  readonly iFrames?: { readonly uri: string; readonly bitrate: number; readonly peakBitrate: number } | undefined;
}

export interface MasterSound {
  readonly uri: string;
  readonly codec: string;
  readonly channels: number;
  readonly bitrate: number;
  readonly peakBitrate: number;
  /** @default "Main" */
  readonly label?: string | undefined;
  readonly language?: string | undefined;
}

export interface MasterText {
  readonly uri: string;
  readonly label: string;
  readonly language?: string | undefined;
  readonly forced: boolean;
  /** @default false */
  readonly isDefault?: boolean | undefined;
  readonly peakBitrate: number;
}

/** What the pictures are accompanied by. */
export interface MasterGroups {
  /** The first one is the default. @default none */
  readonly sounds?: readonly MasterSound[] | undefined;
  /** @default none */
  readonly texts?: readonly MasterText[] | undefined;
  /** Whether there is a variant of sound alone, for slow networks. Always true without pictures. @default false */
  readonly soundAlone?: boolean | undefined;
}

/** Writes an HLS multivariant playlist (RFC 8216): the best variant first, so players without measurements start well. */
export function writeMasterPlaylist(variants: readonly MasterVariant[], groups: MasterGroups = {}): string {
  const { sounds = [], texts = [] } = groups;
  const lines = ['#EXTM3U', '#EXT-X-VERSION:7', '#EXT-X-INDEPENDENT-SEGMENTS'];
  for (const [at, sound] of sounds.entries()) {
    const flags = at === 0 ? 'DEFAULT=YES,AUTOSELECT=YES' : `DEFAULT=NO,AUTOSELECT=${sound.language ? 'YES' : 'NO'}`;
    lines.push(
      `#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",${named(sound, 'Main')},${flags},CHANNELS="${sound.channels}",URI="${sound.uri}"`,
    );
  }
  for (const text of texts) {
    const flags = `DEFAULT=${text.isDefault === true ? 'YES' : 'NO'},AUTOSELECT=YES,FORCED=${text.forced ? 'YES' : 'NO'}`;
    lines.push(`#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="subtitles",${named(text, 'Text')},${flags},URI="${text.uri}"`);
  }
  const most = (values: readonly number[]) => Math.max(0, ...values);
  const beside = {
    peak: most(sounds.map(({ peakBitrate }) => peakBitrate)) + most(texts.map(({ peakBitrate }) => peakBitrate)),
    average: most(sounds.map(({ bitrate }) => bitrate)),
    codecs: [...new Set(sounds.map(({ codec }) => codec))],
    fields: [
      ...(sounds.length === 0 ? [] : ['AUDIO="audio"']),
      ...(texts.length === 0 ? [] : ['SUBTITLES="subtitles"']),
    ],
  };
  for (const variant of variants) {
    const fields = [
      `BANDWIDTH=${variant.peakBitrate + beside.peak}`,
      `AVERAGE-BANDWIDTH=${variant.bitrate + beside.average}`,
      `CODECS="${[variant.codec, ...beside.codecs].join(',')}"`,
      `RESOLUTION=${variant.width}x${variant.height}`,
      `FRAME-RATE=${variant.frameRate.toFixed(3)}`,
      ...(variant.range === undefined ? [] : [`VIDEO-RANGE=${variant.range}`]),
      ...beside.fields,
    ];
    lines.push(`#EXT-X-STREAM-INF:${fields.join(',')}`, variant.uri);
  }
  const [main] = sounds;
  if (main !== undefined && (groups.soundAlone === true || variants.length === 0)) {
    const bandwidth = `BANDWIDTH=${beside.peak},AVERAGE-BANDWIDTH=${beside.average}`;
    lines.push(
      `#EXT-X-STREAM-INF:${bandwidth},CODECS="${beside.codecs.join(',')}",${beside.fields.join(',')}`,
      main.uri,
    );
  }
  for (const { iFrames, codec, width, height, range } of variants) {
    if (iFrames === undefined) continue;
    const bandwidth = `BANDWIDTH=${iFrames.peakBitrate},AVERAGE-BANDWIDTH=${iFrames.bitrate}`;
    const shown = `RESOLUTION=${width}x${height}${range === undefined ? '' : `,VIDEO-RANGE=${range}`}`;
    lines.push(`#EXT-X-I-FRAME-STREAM-INF:${bandwidth},CODECS="${codec}",${shown},URI="${iFrames.uri}"`);
  }
  return `${lines.join('\n')}\n`;
}

function named({ label, language }: Pick<MasterSound, 'label' | 'language'>, otherwise: string): string {
  return `NAME="${label ?? otherwise}"${language === undefined ? '' : `,LANGUAGE="${language}"`}`;
}
