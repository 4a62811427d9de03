import type { Progress } from '../../manifest/plugin.ts';
import type { JobProgress } from '../gen/byoc/job/v1/job.ts';
import { decodeJsonObject, encodeJsonObject } from './json-object-codec.ts';
import { malformed } from './malformed.ts';
import type { WireContext } from './wire-context.ts';

/** Writes progress. */
export function encodeProgress(progress: Progress): JobProgress {
  return {
    fraction: progress.fraction,
    stage: progress.stage ?? '',
    message: progress.message ?? '',
    detailsJson: encodeJsonObject(progress.details),
  };
}

/** Reads progress; what is empty on the wire is absent. */
export function decodeProgress(message: JobProgress, context: WireContext): Progress {
  const { fraction, stage, message: text, detailsJson } = message;
  if (fraction !== undefined && !(fraction >= 0 && fraction <= 1))
    throw malformed(context, `the progress fraction ${fraction} is not within 0 to 1`);
  return {
    ...(fraction === undefined ? {} : { fraction }),
    ...(stage === '' ? {} : { stage }),
    ...(text === '' ? {} : { message: text }),
    ...(detailsJson.length === 0 ? {} : { details: decodeJsonObject(detailsJson, 'details_json', context) }),
  };
}
