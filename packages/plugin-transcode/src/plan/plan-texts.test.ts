import { describe, expect, it } from 'vitest';
import { inputSchema } from '../capability/input.ts';
import type { TextStream } from '../media/media-probe.ts';
import { planPackaging } from './plan-packaging.ts';
import { planTexts } from './plan-texts.ts';

const stream = (index: number, codec: string, language?: string, forced = false): TextStream => ({
  ...{ index, codec, forced, language, title: undefined },
});
const streams = [stream(2, 'subrip', 'ger'), stream(3, 'hdmv_pgs_subtitle', 'eng'), stream(5, 'ass', 'fre', true)];
const plan = (request: object, texts: readonly TextStream[] = streams) => {
  const input = inputSchema.parse({ source: { $part: 'source' }, ...request });
  return planTexts(input, { texts }, planPackaging(input));
};
const file = (more: object = {}) => ({ file: { $part: 'text' }, ...more });

describe('planTexts', () => {
  it('carries all that is text, and says what it leaves out', () => {
    const { texts, warnings } = plan({});
    expect(
      texts.map(({ name, from, language, label, forced, isDefault, directory, file: whole }) => [
        ...[name, from, language, label, forced, isDefault, directory, whole],
      ]),
    ).toEqual([
      ['text', { stream: 2 }, 'de', 'German', false, false, 'hls/text', undefined],
      ['text-2', { stream: 5 }, 'fr', 'French', true, false, 'hls/text-2', undefined],
    ]);
    expect(warnings).toEqual([
      'Subtitle track 1 (hdmv_pgs_subtitle, eng) is made of pictures, not of text: it was left out.',
    ]);
    expect(plan({}, [stream(4, 'dvb_teletext')]).warnings).toEqual([
      'Subtitle track 0 (dvb_teletext) is no text that can be read here: it was left out.',
    ]);
  });

  it('takes tracks and files as they are asked for', () => {
    const subtitles = {
      tracks: [{ track: 2, language: 'fr-CA', name: 'Québec', forced: false, default: true }],
      files: [file({ language: 'en' }), file()],
    };
    const { texts } = plan({ subtitles, outputs: [{ kind: 'dash' }, { kind: 'subtitles', name: 'words' }] });
    expect(
      texts.map(({ from, language, label, forced, isDefault, directory, file: whole }) => [
        ...[from, language, label, forced, isDefault, directory, whole],
      ]),
    ).toEqual([
      [{ stream: 5 }, 'fr-CA', 'Québec', false, true, 'dash/text', 'words/text.vtt'],
      [{ file: 0 }, 'en', 'English', false, false, 'dash/text-2', 'words/text-2.vtt'],
      [{ file: 1 }, undefined, 'Subtitles 3', false, false, 'dash/text-3', 'words/text-3.vtt'],
    ]);
    expect(plan({ subtitles: { tracks: 'none' } })).toEqual({ texts: [], warnings: [] });
    expect(plan({ outputs: [{ kind: 'thumbnails' }] })).toEqual({ texts: [], warnings: [] });
  });

  it.each([
    ['subtitles-not-text', { subtitles: { tracks: [{ track: 1 }] } }, streams],
    ['track-missing', { subtitles: { tracks: [{ track: 3 }] } }, streams],
    ['track-missing', { subtitles: { tracks: [{ track: 0 }, { track: 0 }] } }, streams],
    ['source-without-subtitles', { subtitles: { tracks: [{ track: 0 }] } }, []],
    ['source-without-subtitles', { outputs: [{ kind: 'subtitles' }] }, [stream(1, 'dvb_subtitle')]],
    ['nothing-to-make', { outputs: [{ kind: 'thumbnails' }], subtitles: { files: [file()] } }, streams],
    ['subtitles-default-repeated', { subtitles: { files: [file({ default: true }), file({ default: true })] } }, []],
  ])('refuses as %s: %j', (reason, request, texts) => {
    expect(() => plan(request, texts)).toThrow(expect.objectContaining({ reason }));
  });
});
