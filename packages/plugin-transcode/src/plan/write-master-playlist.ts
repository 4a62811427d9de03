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
}

export interface MasterAudio {
  readonly uri: string;
  readonly codec: string;
  readonly channels: number;
  readonly bitrate: number;
  readonly peakBitrate: number;
}

/** Writes an HLS multivariant playlist (RFC 8216): the best variant first, so players without measurements start well. */
export function writeMasterPlaylist(variants: readonly MasterVariant[], audio?: MasterAudio): string {
  const lines = ['#EXTM3U', '#EXT-X-VERSION:7', '#EXT-X-INDEPENDENT-SEGMENTS'];
  if (audio !== undefined) {
    const fields = `GROUP-ID="audio",NAME="Main",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="${audio.channels}",URI="${audio.uri}"`;
    lines.push(`#EXT-X-MEDIA:TYPE=AUDIO,${fields}`);
  }
  for (const variant of variants) {
    const fields = [
      `BANDWIDTH=${variant.peakBitrate + (audio?.peakBitrate ?? 0)}`,
      `AVERAGE-BANDWIDTH=${variant.bitrate + (audio?.bitrate ?? 0)}`,
      `CODECS="${[variant.codec, ...(audio === undefined ? [] : [audio.codec])].join(',')}"`,
      `RESOLUTION=${variant.width}x${variant.height}`,
      `FRAME-RATE=${variant.frameRate.toFixed(3)}`,
      ...(audio === undefined ? [] : ['AUDIO="audio"']),
    ];
    lines.push(`#EXT-X-STREAM-INF:${fields.join(',')}`, variant.uri);
  }
  return `${lines.join('\n')}\n`;
}
