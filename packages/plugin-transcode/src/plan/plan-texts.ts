import type { TranscodeInput } from '../capability/input.ts';
import type { SubtitleFacts } from '../capability/subtitle-settings.ts';
import type { MediaProbe, TextStream } from '../media/media-probe.ts';
import { TranscodeFailure } from '../media/transcode-failure.ts';
import { findOutputs } from './find-output.ts';
import { nameTrack } from './name-track.ts';
import type { PackagingPlan } from './plan-packaging.ts';
import { selectTracks } from './select-tracks.ts';
import type { PlannedText } from './transcode-plan.ts';

/** Codecs of subtitles that are text. */
const TEXTS = new Set([
  ...['subrip', 'srt', 'ass', 'ssa', 'webvtt', 'mov_text', 'text', 'eia_608', 'sami', 'realtext', 'stl', 'jacosub'],
  ...['microdvd', 'mpl2', 'pjs', 'subviewer', 'subviewer1', 'vplayer'],
]);
const PICTURES = new Set(['hdmv_pgs_subtitle', 'dvb_subtitle', 'dvd_subtitle', 'xsub']);

/** Where subtitles come from, and where their files go. */
interface FoundText {
  readonly from: PlannedText['from'];
  readonly asked: Partial<SubtitleFacts>;
  readonly tags: Pick<TextStream, 'language' | 'title' | 'forced'>;
}

/** Plans the subtitles: those of the source, then those in files. @throws TranscodeFailure */
export function planTexts(
  input: TranscodeInput,
  probe: Pick<MediaProbe, 'texts'>,
  { hls, dash }: Pick<PackagingPlan, 'hls' | 'dash'>,
): { readonly texts: readonly PlannedText[]; readonly warnings: readonly string[] } {
  const { tracks, files } = input.subtitles;
  const [alone] = findOutputs(input, 'subtitles');
  const isCarried = input.outputs.some(({ kind }) => ['hls', 'dash', 'mp4', 'subtitles'].includes(kind));
  if (!isCarried) {
    if (Array.isArray(tracks) || files.length > 0) throw notCarried();
    return { texts: [], warnings: [] };
  }
  const { found, warnings } = ofSource(tracks, probe.texts);
  for (const [at, { file: _, ...asked }] of files.entries())
    found.push({ from: { file: at }, asked, tags: { language: undefined, title: undefined, forced: false } });
  if (alone !== undefined && found.length === 0) throw nothingToCarry(warnings);
  if (found.filter(({ asked }) => asked.default === true).length > 1) throw twoDefaults();
  const folder = hls?.name ?? dash?.name;
  const texts: PlannedText[] = [];
  for (const { from, asked, tags } of found) {
    const number = texts.length + 1;
    const name = number === 1 ? 'text' : `text-${number}`;
    const fallback = number === 1 ? 'Subtitles' : `Subtitles ${number}`;
    const labels = texts.map(({ label }) => label);
    texts.push({
      ...{ name, from, ...nameTrack(asked, tags, labels, fallback) },
      ...{ forced: asked.forced ?? tags.forced, isDefault: asked.default === true },
      directory: folder === undefined ? undefined : `${folder}/${name}`,
      file: alone === undefined ? undefined : `${alone.name}/${name}.vtt`,
    });
  }
  return { texts, warnings };
}

function ofSource(
  tracks: TranscodeInput['subtitles']['tracks'],
  streams: readonly TextStream[],
): { found: FoundText[]; warnings: string[] } {
  if (tracks === 'none') return { found: [], warnings: [] };
  const found: FoundText[] = [];
  const warnings: string[] = [];
  const selected: readonly { stream: TextStream; asked: Partial<SubtitleFacts> }[] =
    tracks === 'all' ? selectTracks(streams, 'all', 'subtitle') : selectAsked(streams, tracks);
  for (const { stream, asked } of selected) {
    if (TEXTS.has(stream.codec)) {
      found.push({ from: { stream: stream.index }, asked, tags: stream });
      continue;
    }
    const what = `Subtitle track ${streams.indexOf(stream)} (${[stream.codec, stream.language].filter((one) => one !== undefined).join(', ')})`;
    const why = PICTURES.has(stream.codec) ? 'is made of pictures, not of text' : 'is no text that can be read here';
    if (tracks !== 'all') throw notText(`${what} ${why}`);
    warnings.push(`${what} ${why}: it was left out.`);
  }
  return { found, warnings };
}

function selectAsked(streams: readonly TextStream[], tracks: readonly ({ track: number } & Partial<SubtitleFacts>)[]) {
  if (streams.length === 0 && tracks.length > 0) throw nothingToCarry([]);
  const selected = selectTracks(streams, tracks, 'subtitle');
  return selected.map(({ stream }, at) => ({ stream, asked: tracks[at] ?? {} }));
}

function notText(what: string): TranscodeFailure {
  return new TranscodeFailure({
    reason: 'subtitles-not-text',
    message: what,
    hint: 'Name tracks of text, or send the text as a file in `subtitles.files`.',
    recovery: 'fix-request',
  });
}

function notCarried(): TranscodeFailure {
  return new TranscodeFailure({
    reason: 'nothing-to-make',
    message: 'The job asks for subtitles, and none of its outputs can hold them',
    hint: 'Ask for `hls`, `dash`, `mp4` or `subtitles`.',
    recovery: 'fix-request',
  });
}

function nothingToCarry(warnings: readonly string[]): TranscodeFailure {
  const [why] = warnings;
  return new TranscodeFailure({
    reason: 'source-without-subtitles',
    message: `The source has no subtitles of text${why === undefined ? '' : ` (${why.replace(/\.$/, '')})`}`,
    hint: 'Send a source that has some, or a file in `subtitles.files`.',
    recovery: 'fix-request',
  });
}

function twoDefaults(): TranscodeFailure {
  return new TranscodeFailure({
    reason: 'subtitles-default-repeated',
    message: 'More than one of the subtitles shall be the default',
    hint: 'Set `default` for one of them at most.',
    recovery: 'fix-request',
  });
}
