/** What CODECS must say of a stream that ffprobe describes: by profile and level, not by the words of the muxer. */
export function expectedCodec(stream: Readonly<Record<string, unknown>>): RegExp {
  const { codec_name: name, profile, level } = stream;
  const hex = Number(level).toString(16).padStart(2, '0');
  switch (name) {
    case 'h264': {
      const known: Record<string, string> = {
        Baseline: '42',
        'Constrained Baseline': '42',
        Main: '4d',
        High: '64',
        'High 10': '6e',
      };
      return new RegExp(`^avc1\\.${known[String(profile)]}[0-9a-f]{2}${hex}$`);
    }
    case 'hevc':
      return new RegExp(`^hvc1\\.${profile === 'Main 10' ? 2 : 1}\\.[0-9a-f]+\\.[LH]${level}(\\.[0-9a-f]{1,2})*$`);
    case 'av1':
      return new RegExp(`^av01\\.0\\.${String(level).padStart(2, '0')}[MH]\\.(08|10)$`);
    case 'vp9':
      return /^vp09\.0[0-3]\.\d\d\.(08|10)$/;
    case 'aac':
      return profile === 'LC' ? /^mp4a\.40\.2$/ : /^mp4a\.40\.(5|29)$/;
    case 'mp3':
      return /^mp4a\.40\.34$/;
    case 'ac3':
      return /^ac-3$/;
    case 'eac3':
      return /^ec-3$/;
    default:
      return new RegExp(`^${String(name)}$`);
  }
}
