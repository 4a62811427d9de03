import { entry } from '../error-entry.ts';

/** How a worker process ended, as facts. */
export interface WorkerEndFacts {
  plugin: string;
  exitCode: number | null;
  signal: string | null;
  outOfMemory: boolean;
  /** Its last log lines. */
  logTail: string[];
}

function describeEnd(facts: WorkerEndFacts): string {
  if (facts.outOfMemory) return 'it used more memory than its limit and was killed';
  if (facts.signal !== null) return `it was ended by ${facts.signal}`;
  return facts.exitCode === null ? 'it ended' : `it ended with exit code ${facts.exitCode}`;
}

function lastLine(facts: { logTail: string[] }): string {
  const line = facts.logTail.findLast((text) => text.trim() !== '');
  return line === undefined ? '' : ` Its last log line: ${line.slice(0, 300)}`;
}

/** Plugins on their host. */
export const pluginHostErrors = {
  PLUGIN_NOT_FOUND: entry<{ plugin: string; installed: string[] }>({
    grpc: 'NOT_FOUND',
    http: 404,
    recovery: 'fix-request',
    message: (f) =>
      `No plugin ${f.plugin} is installed${f.installed.length === 0 ? '' : `; these are: ${f.installed.join(', ')}`}.`,
    hint: () => '`byoc plugin ls` lists what is installed.',
  }),
  WORKER_ENDED: entry<WorkerEndFacts>({
    grpc: 'UNAVAILABLE',
    http: 503,
    recovery: 'retry-other',
    message: (f) => `The worker of ${f.plugin} is gone: ${describeEnd(f)}.${lastLine(f)}`,
    hint: (f) =>
      f.outOfMemory
        ? 'Install it with more (`byoc plugin install … --memory 16g`), or give it smaller jobs.'
        : '`byoc plugin logs` shows its log; it is started again by itself, with a growing pause.',
  }),
  WORKER_START_FAILED: entry<WorkerEndFacts>({
    grpc: 'FAILED_PRECONDITION',
    http: 422,
    recovery: 'fix-request',
    message: (f) => `The worker of ${f.plugin} did not start: ${describeEnd(f)}.${lastLine(f)}`,
    hint: (f) => {
      if (f.outOfMemory) return 'Install it with more: `byoc plugin install … --memory 16g`.';
      if (f.logTail.some((line) => /exec format error/i.test(line)))
        return 'The image was built for another processor: build it for this one.';
      if (f.exitCode === 127)
        return 'The program that it starts with is not there: check `command` of the manifest, or CMD of the image.';
      return 'The log lines above say why; mend the plugin and install it again.';
    },
  }),
  WORKER_SETUP_FAILED: entry<{ plugin: string; reason: string; logTail: string[] }>({
    grpc: 'FAILED_PRECONDITION',
    http: 422,
    recovery: 'fix-request',
    message: (f) => `The worker of ${f.plugin} started, but its setup or self-test failed: ${f.reason}.`,
    hint: () => '`byoc plugin logs` shows its log; mend the cause and install it again.',
  }),
  WORKER_NEVER_READY: entry<{ plugin: string; phase: string; waitedMs: number; logTail: string[] }>({
    grpc: 'DEADLINE_EXCEEDED',
    http: 504,
    recovery: 'fix-request',
    message: (f) => `The worker of ${f.plugin} was not ready after ${f.waitedMs} ms (it was ${f.phase}).${lastLine(f)}`,
    hint: () => 'Look for what its setup waits for; a worker has no network unless it was granted.',
  }),
  WORKER_SILENT: entry<{ plugin: string; reason: string }>({
    grpc: 'UNAVAILABLE',
    http: 503,
    recovery: 'retry-other',
    message: (f) => `The worker of ${f.plugin} no longer answers: ${f.reason}.`,
    hint: () => 'It is ended and started again by itself.',
  }),
  WORKER_MANIFEST_MISMATCH: entry<{ plugin: string; stated: string[]; served: string[] }>({
    grpc: 'FAILED_PRECONDITION',
    http: 412,
    recovery: 'fix-request',
    message: (f) =>
      `${f.plugin} states ${f.stated.join(', ')} in its manifest, but its worker serves ${f.served.join(', ')}.`,
    hint: () => 'The manifest is not the one of this worker: build the plugin again.',
  }),
} as const;
