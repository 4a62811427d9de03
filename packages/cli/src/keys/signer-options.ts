import type { Options } from 'yargs';

/** The options that name a key, of every command that signs. */
export const signerOptions = {
  keystore: { type: 'string', describe: 'a key file (keystore version 3) to sign with' },
  'password-file': {
    type: 'string',
    describe: 'a file with its password; else $BYOC_ETH_PASSWORD, else typed',
  },
  signer: { type: 'string', describe: 'a remote signer to sign with, `https://host:port` (default: $BYOC_SIGNER_URL)' },
  'signer-token-file': { type: 'string', describe: 'a file with the token for it; else $BYOC_SIGNER_TOKEN' },
  'signer-ca': { type: 'string', describe: 'a file with the certificate (PEM) that it shows' },
} as const satisfies Record<string, Options>;

/** What `signerOptions` gives. */
export interface SignerArguments {
  keystore: string | undefined;
  passwordFile: string | undefined;
  signer: string | undefined;
  signerTokenFile: string | undefined;
  signerCa: string | undefined;
}
