/** The id of a job: 8 to 64 characters of [A-Za-z0-9_-]. */
export type JobId = string & { readonly __brand: 'JobId' };

const PATTERN = /^[A-Za-z0-9_-]{8,64}$/;

/** Tells whether a text is a job id. */
export function isJobId(text: string): text is JobId {
  return PATTERN.test(text);
}

/** Makes a new job id: `job_` and 128 random bits. */
export function createJobId(): JobId {
  return `job_${crypto.randomUUID().replaceAll('-', '')}` as JobId;
}
