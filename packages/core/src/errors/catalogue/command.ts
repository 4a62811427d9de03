import { entry } from '../error-entry.ts';

/** The `byoc` command. */
export const commandErrors = {
  INTERRUPTED: entry<{ signal: string }>({
    grpc: 'CANCELLED',
    http: 499,
    recovery: 'give-up',
    message: (f) => `Stopped by ${f.signal}.`,
    hint: () => 'Everything this command had started was ended.',
  }),
  INPUT_ARGUMENT_INVALID: entry<{ argument: string; reason: string }>({
    grpc: 'INVALID_ARGUMENT',
    http: 400,
    recovery: 'fix-request',
    message: (f) => `The argument \`${f.argument}\` can't be read: ${f.reason}.`,
    hint: () => 'See the examples of `byoc run --help`.',
  }),
  DEMO_SOURCE_UNAVAILABLE: entry<{ reason: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 412,
    recovery: 'fix-request',
    message: (f) => `The demo could not make its source video: ${f.reason}.`,
    hint: () => 'Install ffmpeg, or give a video of your own with `--input FILE`.',
  }),
  ORCHESTRATOR_START_FAILED: entry<{ exitCode: number; logFile: string }>({
    grpc: 'FAILED_PRECONDITION',
    http: 412,
    recovery: 'give-up',
    message: (f) => `The orchestrator ended while starting (exit code ${f.exitCode}).`,
    hint: (f) => `Its log says why: ${f.logFile}. \`byoc orchestrator start\` in the foreground shows it too.`,
  }),
} as const;
