import { entry } from '../error-entry.ts';

/** Errors of the gateway layer. */
export const gatewayErrors = {
  NO_OFFER_MATCHES: entry<{
    capability: string;
    offered: number;
    removed: { filter: string; offers: number }[];
    unreachable: { url: string; reason: string }[];
  }>({
    grpc: 'UNAVAILABLE',
    http: 503,
    recovery: 'give-up',
    message: (f) => {
      const gone = f.unreachable.map(({ url, reason }) => `; ${url} does not answer: ${reason}`).join('');
      if (f.offered === 0) return `Nobody offers ${f.capability}${gone}.`;
      const why = f.removed.map(({ filter, offers }) => `${filter} removed ${offers}`).join(', ');
      return `None of ${f.offered} offers of ${f.capability.split('@')[0]} will do: ${why}${gone}.`;
    },
    hint: (f) =>
      f.offered === 0
        ? 'Check the name, and that an orchestrator of your sources has a plugin for it (`byoc query`).'
        : 'Loosen the filter that removed most, or add a source.',
  }),
  ALL_OFFERS_FAILED: entry<{ capability: string; attempts: { orchestrator: string; code: string; message: string }[] }>(
    {
      grpc: 'UNAVAILABLE',
      http: 503,
      recovery: 'give-up',
      message: (f) =>
        `${f.capability} failed at every offer tried: ${f.attempts.map((a) => `${a.orchestrator} ${a.code} (${a.message.replace(/\.$/, '')})`).join('; ')}.`,
      hint: () => 'Look at each cause. Each try ended before any output came, so the job can be run again.',
    },
  ),
  SOURCE_FILE_UNREADABLE: entry<{ path: string; reason: string }>({
    grpc: 'INVALID_ARGUMENT',
    http: 400,
    recovery: 'fix-request',
    message: (f) => `File ${f.path} can't be read: ${f.reason}.`,
    hint: () => 'Check the path and its permissions, and leave the file as it is while it is sent.',
  }),
  INPUT_PART_INVALID: entry<{ part: string; reason: string }>({
    grpc: 'INVALID_ARGUMENT',
    http: 400,
    recovery: 'fix-request',
    message: (f) => `Part \`${f.part}\` of the input can't be sent: ${f.reason}.`,
    hint: () => 'Each part has one safe name, is sent once, and before the job has ended.',
  }),
  UPLOAD_FAILED: entry<{ part: string; orchestrator: string; reason: string }>({
    grpc: 'UNAVAILABLE',
    http: 503,
    recovery: 'retry-other',
    message: (f) => `Part \`${f.part}\` could not be uploaded to ${f.orchestrator}: ${f.reason}.`,
    hint: () => 'Check the connection; the upload went on from where it broke until the attempts were used up.',
  }),
  DOWNLOAD_FAILED: entry<{ part: string; orchestrator: string; reason: string }>({
    grpc: 'UNAVAILABLE',
    http: 503,
    recovery: 'retry-same',
    message: (f) => `Part \`${f.part}\` could not be fetched from ${f.orchestrator}: ${f.reason}.`,
    hint: () => 'Call download again while the orchestrator keeps the files (10 minutes by default).',
  }),
  DOWNLOAD_TARGET_EXISTS: entry<{ path: string }>({
    grpc: 'ALREADY_EXISTS',
    http: 409,
    recovery: 'fix-request',
    message: (f) => `${f.path} exists already.`,
    hint: () => 'Choose an empty folder, or pass `replace: true`.',
  }),
  USAGE_MISMATCH: entry<{ capability: string; orchestrator: string; jobId: string; mismatches: string[] }>({
    grpc: 'DATA_LOSS',
    http: 502,
    recovery: 'give-up',
    message: (f) =>
      `The result of ${f.capability} from ${f.orchestrator} (job ${f.jobId}) does not agree with its bill: ${f.mismatches.join(' ')}`,
    hint: () => 'Keep the files and the receipt, and choose another orchestrator for the next job.',
  }),
  PARALLEL_PIECE_UNFIT: entry<{ piece: string; orchestrator: string; reason: string }>({
    grpc: 'DATA_LOSS',
    http: 502,
    recovery: 'retry-other',
    message: (f) => `Piece ${f.piece} from ${f.orchestrator} does not fit the others: ${f.reason}.`,
    hint: () => 'Choose orchestrators with the same plugin and encoder, or run it as one job.',
  }),
  GATEWAY_CLOSED: entry<Record<string, never>>({
    grpc: 'FAILED_PRECONDITION',
    http: 409,
    recovery: 'fix-request',
    message: () => 'The gateway is closed.',
    hint: () => 'Create another one; close it after the last result.',
  }),
} as const;
