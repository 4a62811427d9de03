import type { Options } from 'yargs';
import { type SignerArguments, signerOptions } from './keys/signer-options.ts';
import { type NetworkArguments, networkOptions } from './network-options.ts';

const ways = ['credit', 'livepeer'] as const;
const group = 'Paying:';
const inGroup = <T extends Record<string, Options>>(options: T): T =>
  Object.fromEntries(Object.entries(options).map(([name, option]) => [name, { ...option, group }])) as T;

/** The options of every command that calls capabilities and can pay for them. */
export const payOptions = {
  pay: {
    choices: ways,
    array: true,
    nargs: 1,
    describe:
      'what to pay with, again for more, the preferred first: `credit` that the orchestrator granted, or `livepeer` tickets (default: credit when a key is named, else nothing)',
    group,
  },
  ...inGroup(signerOptions),
  ...inGroup(networkOptions),
  'pay-ahead': {
    type: 'string',
    describe: 'pay in at most so much before a job starts, the rest while it runs (default: all that it may cost)',
    group,
  },
} as const satisfies Record<string, Options>;

/** What `payOptions` gives. */
export interface PayArguments extends SignerArguments, NetworkArguments {
  pay: (typeof ways)[number][] | undefined;
  payAhead: string | undefined;
}
