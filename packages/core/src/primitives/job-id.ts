/** The id of a job: 8 to 64 characters of [A-Za-z0-9_-]. */
export type JobId = string & { readonly __brand: 'JobId' };

const PATTERN = /^[A-Za-z0-9_-]{8,64}$/;

/** Tells whether a text is a job id. */
export function isJobId(text: string): text is JobId {
  return PATTERN.test(text);
}

/**
 * Makes a new job id: `job_` and a UUID of version 7 without its hyphens (RFC 9562): 48 bits of the time in ms, then 74
 * random bits. Ids sort by their time, so that new rows of a table lie side by side.
 */
export function createJobId(): JobId {
  const time = Date.now().toString(16).padStart(12, '0');
  const random = crypto.randomUUID().replaceAll('-', '').slice(13);
  return `job_${time}7${random}` as JobId;
}
