import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FoundFfmpeg } from '../ffmpeg/find-ffmpeg.ts';
import { lastLine } from '../ffmpeg/last-line.ts';
import { type ProgramResult, type RunProgramOptions, runProgram } from '../ffmpeg/run-program.ts';
import type { Cue } from '../media/cue.ts';
import { parseVtt } from '../media/parse-vtt.ts';
import { TranscodeFailure } from '../media/transcode-failure.ts';
import { sourceArguments } from '../plan/source-arguments.ts';
import { subtitleFileArguments } from '../plan/subtitle-file-arguments.ts';
import type { PlannedText } from '../plan/transcode-plan.ts';

/** Hours of dense text have less; a file that has more is none. */
const MAX_BYTES = 16 * 1024 ** 2;

export interface ReadTextsInput {
  readonly found: FoundFfmpeg;
  /** The source. */
  readonly path: string;
  /** The files of the job's `subtitles.files`, in order. */
  readonly files: readonly string[];
  readonly texts: readonly PlannedText[];
  /** A folder for what comes between. */
  readonly tmp: string;
}

/** Cues of every text, in the plan's order, with the times of the whole source; and what could not be read. */
export interface ReadTexts {
  readonly cues: readonly (readonly Cue[])[];
  readonly warnings: readonly string[];
}

/** Reads the subtitles that a job carries: those of the source in one pass, without decoding anything else. @throws TranscodeFailure for a file that is none */
export async function readTexts(
  { found, path, files, texts, tmp }: ReadTextsInput,
  options: RunProgramOptions,
): Promise<ReadTexts> {
  const warnings: string[] = [];
  const fileOf = (at: number) => join(tmp, `cues-${at}.vtt`);
  const ofSource = texts.flatMap(({ from }, at) => ('stream' in from ? [{ at, stream: from.stream }] : []));
  const run = (args: readonly string[]) => runProgram(found.ffmpeg.path, [...QUIET, ...args], options);
  if (ofSource.length > 0) {
    const outputs = ofSource.flatMap(({ at, stream }) => ['-map', `0:${stream}`, '-f', 'webvtt', fileOf(at)]);
    const ended = await run([...sourceArguments(path), ...outputs]);
    const trouble = troubleOf(ended);
    if (trouble !== undefined) warnings.push(`Not all subtitles of the source could be read (ffmpeg: ${trouble}).`);
  }
  for (const [at, { from, label }] of texts.entries()) {
    if ('stream' in from) continue;
    const file = files[from.file] as string;
    await checkText(file, label);
    const ended = await run([...subtitleFileArguments(file), '-map', '0:s:0', '-f', 'webvtt', fileOf(at)]);
    if (ended.exitCode !== 0) throw unreadable(label, `ffmpeg: ${lastLine(ended.stderr)}`);
    const trouble = troubleOf(ended);
    if (trouble !== undefined) warnings.push(`Not all of the subtitles ${label} could be read (ffmpeg: ${trouble}).`);
  }
  const cues = await Promise.all(
    texts.map(async (_, at) => {
      const { size } = await stat(fileOf(at)).catch(() => ({ size: 0 }));
      return size === 0 || size > MAX_BYTES ? [] : parseVtt(await readFile(fileOf(at), 'utf8'));
    }),
  );
  for (const [at, { from, label }] of texts.entries()) {
    if (cues[at]?.length !== 0) continue;
    if ('file' in from) throw unreadable(label, 'it has no text with times');
    warnings.push(`The subtitles ${label} of the source are empty.`);
  }
  return { cues, warnings };
}

const QUIET = ['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'level+warning', '-y'];

/** What ffmpeg says about text that it could not take. */
function troubleOf({ exitCode, stderr }: ProgramResult): string | undefined {
  if (exitCode !== 0) return lastLine(stderr);
  return /\[(error|fatal)\]/.test(stderr) ? lastLine(stderr) : undefined;
}

/** ffmpeg drops lines that are not UTF-8, one by one; and it must not read for ever. */
async function checkText(path: string, label: string): Promise<void> {
  const { size } = await stat(path);
  if (size > MAX_BYTES) throw unreadable(label, `it has ${size} bytes; at most ${MAX_BYTES} are read`);
  const data = await readFile(path);
  if (data[0] === 0xff && data[1] === 0xfe) return;
  if (data[0] === 0xfe && data[1] === 0xff) return;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(data);
  } catch (cause) {
    throw unreadable(label, 'it is not written in UTF-8 or UTF-16', cause);
  }
}

function unreadable(label: string, why: string, cause?: unknown): TranscodeFailure {
  return new TranscodeFailure(
    {
      reason: 'subtitles-unreadable',
      message: `The file of the subtitles ${label} can't be read: ${why}`,
      hint: 'Send SRT, WebVTT or ASS, written in UTF-8.',
      recovery: 'fix-request',
    },
    { cause },
  );
}
