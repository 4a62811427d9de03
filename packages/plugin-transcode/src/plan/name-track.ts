import type { TrackTags } from '../media/media-probe.ts';

/** How a track is called in playlists and results. */
export interface TrackName {
  /** BCP 47, where it is known. */
  readonly language: string | undefined;
  /** What players show; unique among its kind. */
  readonly label: string;
  /** ISO 639-2, for files that take nothing else; undefined where it is not known. */
  readonly mp4Language: string | undefined;
}

/**
 * Names a track: by what was asked, else by what the source says, else by a number. Languages of three letters become those of two where
 * there is one, as players expect. `taken` are the labels of the tracks before it.
 */
export function nameTrack(
  asked: { readonly language?: string | undefined; readonly name?: string | undefined },
  tags: TrackTags,
  taken: readonly string[],
  fallback: string,
): TrackName {
  const language = asked.language ?? canonical(tags.language);
  const title = asked.name ?? plain(tags.title) ?? (language === undefined ? undefined : spoken(language)) ?? fallback;
  let label = title;
  for (let number = 2; taken.includes(label); number += 1) label = `${title} ${number}`;
  const letters = asked.language ?? tags.language;
  return { language, label, mp4Language: letters?.length === 3 ? letters : undefined };
}

/** ISO 639-2 has two codes for some languages; BCP 47 knows one of them. */
const BIBLIOGRAPHIC: Readonly<Record<string, string>> = {
  ...{ alb: 'sq', arm: 'hy', baq: 'eu', bur: 'my', chi: 'zh', cze: 'cs', dut: 'nl', fre: 'fr', geo: 'ka', ger: 'de' },
  ...{ gre: 'el', ice: 'is', mac: 'mk', mao: 'mi', may: 'ms', per: 'fa', rum: 'ro', slo: 'sk', tib: 'bo', wel: 'cy' },
};

function canonical(language: string | undefined): string | undefined {
  if (language === undefined || !/^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$/.test(language)) return undefined;
  const known = BIBLIOGRAPHIC[language.toLowerCase()];
  if (known !== undefined) return known;
  try {
    return Intl.getCanonicalLocales(language)[0];
  } catch {
    return undefined;
  }
}

function spoken(language: string): string | undefined {
  const name = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'none' }).of(language);
  return name === undefined ? undefined : plain(name);
}

/** A source may say anything; a playlist takes no quotes and no line ends. */
function plain(text: string | undefined): string | undefined {
  const clean = text
    ?.replace(/["\p{Cc}]/gu, ' ')
    .trim()
    .slice(0, 64);
  return clean === '' ? undefined : clean;
}
