import type { Recovery } from '../errors/error-entry.ts';

/** Words for what goes wrong with a server behind a worker; the same for every plugin. */
export type UpstreamReason =
  | 'server-start-failed'
  | 'server-restarting'
  | 'server-unreachable'
  | 'server-busy'
  | 'server-refused'
  | 'server-failed'
  | 'server-garbled'
  | 'server-cut-off'
  | 'server-hangs';

/** What a failure is made of. */
export interface UpstreamFailureFacts {
  readonly reason: UpstreamReason;
  readonly message: string;
  readonly hint: string;
  readonly recovery: Recovery;
}

/** How a plugin says what goes wrong with its server. */
export interface UpstreamWords {
  /** What the server is, for example `model server`. */
  readonly noun: string;
  /** What it must speak, for example `OpenAI’s API`. */
  readonly api: string;
  /** Makes the plugin's own error. */
  readonly toError: (facts: UpstreamFailureFacts, options: { cause?: unknown }) => Error;
}

/** What there is to say about a server. */
export type UpstreamFailures = ReturnType<typeof createUpstreamFailures>;

const NOTHING_CHARGED = 'Nothing is charged for it. Ask again, here or elsewhere.';

/** Makes the failures of a plugin's server. Text of a server is data: one line of it, bounded. */
export function createUpstreamFailures({ noun, api, toError }: UpstreamWords) {
  const fail = (reason: UpstreamReason, message: string, hint: string, cause?: unknown) => {
    const recovery = reason === 'server-refused' ? ('fix-request' as const) : ('retry-other' as const);
    return toError({ reason, message, hint, recovery }, cause === undefined ? {} : { cause });
  };
  return {
    commandFailed(command: string, why: string, log: readonly string[]) {
      const words = log.length === 0 ? '' : ` Its last words: ${quote(log.join(' | ').slice(-400))}.`;
      const hint = 'Run the command by hand; its whole output is in the log of the worker.';
      return fail('server-start-failed', `The ${noun} \`${command}\` ${why}.${words}`, hint);
    },
    restarting(command: string, why: string) {
      const message = `The ${noun} \`${command}\` ${why}; it is being started again.`;
      return fail('server-restarting', message, 'Try again in a moment, or choose another offer.');
    },
    notThere(address: string, why: string, cause?: unknown) {
      const hint =
        'See that it runs and that the worker may reach it: a worker in a container has no network unless it was granted one.';
      return fail('server-unreachable', `The ${noun} at ${address} does not answer: ${why}.`, hint, cause);
    },
    busy(retryAfterMs: number | undefined) {
      const asks = retryAfterMs === undefined ? '' : ` and asks for ${Math.ceil(retryAfterMs / 1000)} s`;
      const hint = 'Try again later, or choose another offer.';
      return fail('server-busy', `The ${noun} takes no more requests now${asks}.`, hint);
    },
    refused(status: number, text: string) {
      const hint = 'Change what it names, or choose an offer with another engine.';
      return fail('server-refused', `The ${noun} refused the request with status ${status}: ${quote(text)}.`, hint);
    },
    broken(status: number, text: string) {
      const hint = 'Its own log says more. Choose another offer meanwhile.';
      return fail('server-failed', `The ${noun} failed with status ${status}: ${quote(text)}.`, hint);
    },
    failed(text: string) {
      const hint = 'Its own log says more. Choose another offer meanwhile.';
      return fail('server-failed', `The ${noun} failed: ${quote(text)}.`, hint);
    },
    garbled(why: string) {
      const hint = `It must speak ${api}. Choose another offer meanwhile.`;
      return fail('server-garbled', `The ${noun} sent what is no answer: ${why}.`, hint);
    },
    cut(why: string, cause?: unknown) {
      return fail('server-cut-off', `The ${noun} stopped in the middle of its answer: ${why}.`, NOTHING_CHARGED, cause);
    },
    silent(ms: number, since: string) {
      return fail('server-hangs', `The ${noun} has said nothing for ${ms} ms ${since}.`, NOTHING_CHARGED);
    },
  };
}

function quote(text: string): string {
  return JSON.stringify(text.replace(/\s+/g, ' ').trim().slice(0, 400));
}
