import { access, constants } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { TranscodeFailure } from '../media/transcode-failure.ts';
import { runProgram } from './run-program.ts';

/** How a program was found. */
export type FfmpegOrigin = 'option' | 'environment' | 'path' | 'npm';

/** The option of ffmpeg for the times of pictures. */
export type SyncOption = '-vsync' | '-fps_mode';

/** An ffmpeg that answers. */
export interface FoundFfmpeg {
  readonly ffmpeg: {
    readonly path: string;
    readonly origin: FfmpegOrigin;
    readonly version: string;
    /** What it calls the option for the times of pictures: the old name is gone from ffmpeg 9, the new one came with 5.1. */
    readonly syncOption: SyncOption;
  };
  /** Beside the ffmpeg, or undefined: then ffmpeg itself reads what a source holds. */
  readonly ffprobe: string | undefined;
  /** A prefix that ends a program together with this process; empty where the system has none. */
  readonly launcher: readonly string[];
}

export interface FindFfmpegOptions {
  /** A path that is used and no other. @default none */
  readonly path?: string | undefined;
  /** @default process.env */
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Finds ffmpeg: the option, then BYOC_FFMPEG, then PATH, then the build that npm ships (@ffmpeg-installer/ffmpeg).
 *
 * @throws TranscodeFailure `ffmpeg-missing` when there is none, or the named one does not answer; `ffmpeg-too-old`
 */
export async function findFfmpeg(options: FindFfmpegOptions = {}): Promise<FoundFfmpeg> {
  const env = options.env ?? process.env;
  const signal = options.signal ?? new AbortController().signal;
  const named = options.path ?? (env.BYOC_FFMPEG || undefined);
  const inPath = named === undefined ? await search('ffmpeg', env) : undefined;
  const path = named ?? inPath ?? (await npmFfmpeg());
  if (path === undefined) throw missing('none is in BYOC_FFMPEG, in PATH or among the npm packages');
  const origin =
    options.path !== undefined ? 'option' : named !== undefined ? 'environment' : inPath !== undefined ? 'path' : 'npm';
  const version = await askVersion(path, signal);
  const beside = join(dirname(path), 'ffprobe');
  const ffprobe = (await isExecutable(beside)) ? beside : origin === 'path' ? await search('ffprobe', env) : undefined;
  const setpriv = process.platform === 'linux' ? await search('setpriv', env) : undefined;
  const launcher = setpriv === undefined ? [] : [setpriv, '--pdeathsig', 'KILL'];
  return {
    ffmpeg: { path, origin, ...version },
    ffprobe,
    launcher: (await works(launcher, path, signal)) ? launcher : [],
  };
}

async function askVersion(
  path: string,
  signal: AbortSignal,
): Promise<Pick<FoundFfmpeg['ffmpeg'], 'version' | 'syncOption'>> {
  const result = await runProgram(path, ['-hide_banner', '-version'], { signal }).catch((cause: unknown) => {
    signal.throwIfAborted();
    throw missing(`\`${path}\` does not start`, cause);
  });
  const version = /^ffmpeg version (\S+)/m.exec(result.stdout)?.[1];
  if (version === undefined) throw missing(`\`${path}\` does not answer as ffmpeg`);
  if (!isSince(result.stdout, 58, 35)) {
    throw new TranscodeFailure({
      reason: 'ffmpeg-too-old',
      message: `The ffmpeg at \`${path}\` is too old: version ${version}`,
      hint: 'Install ffmpeg 4.1 or later, or let BYOC_FFMPEG name one.',
      recovery: 'retry-other',
    });
  }
  return { version, syncOption: isSince(result.stdout, 59, 37) ? '-fps_mode' : '-vsync' };
}

/** Builds name themselves as they like; libavcodec's version tells: 58.35 came with ffmpeg 4.1, 59.37 with 5.1. */
function isSince(banner: string, major: number, minor: number): boolean {
  const [, ownMajor, ownMinor] = /^libavcodec +(\d+)\. *(\d+)\./m.exec(banner) ?? [];
  return Number(ownMajor) > major || (Number(ownMajor) === major && Number(ownMinor) >= minor);
}

/** A sandbox may forbid it, and an older one not know the option. */
async function works(launcher: readonly string[], path: string, signal: AbortSignal): Promise<boolean> {
  if (launcher.length === 0) return true;
  const result = await runProgram(path, ['-version'], { signal, launcher }).catch(() => undefined);
  signal.throwIfAborted();
  return result?.exitCode === 0;
}

async function search(name: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const file = process.platform === 'win32' ? `${name}.exe` : name;
  for (const folder of (env.PATH ?? '').split(delimiter)) {
    if (folder !== '' && (await isExecutable(join(folder, file)))) return join(folder, file);
  }
  return undefined;
}

async function npmFfmpeg(): Promise<string | undefined> {
  const platform = `@ffmpeg-installer/${process.platform}-${process.arch}`;
  try {
    const file = createRequire(import.meta.url).resolve(`${platform}/package.json`);
    const path = join(dirname(file), process.platform === 'win32' ? 'ffmpeg.exe' : 'ffmpeg');
    return (await isExecutable(path)) ? path : undefined;
  } catch {
    return undefined;
  }
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

function missing(why: string, cause?: unknown): TranscodeFailure {
  return new TranscodeFailure(
    {
      reason: 'ffmpeg-missing',
      message: `No ffmpeg: ${why}`,
      hint: 'Install ffmpeg, or let BYOC_FFMPEG name its path.',
      recovery: 'retry-other',
    },
    { cause },
  );
}
