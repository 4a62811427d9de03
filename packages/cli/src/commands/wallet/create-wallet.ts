import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { ByocError } from '@byoc/core';
import { readOrchestratorKey } from '@byoc/core/orchestrator';
import { createPrivateKey, parsePrivateKey, readKeystoreAddress, writeKeystore } from '@byoc/core/payment';
import type { Argv, CommandModule } from 'yargs';
import { dataDirectoryOption } from '../../data-directory.ts';
import { limitCoreDumps } from '../../keys/limit-core-dumps.ts';
import { walletPath } from '../../keys/open-signer.ts';
import { promptSecret } from '../../keys/prompt-secret.ts';
import { readPassword } from '../../keys/read-password.ts';
import { signerOptions } from '../../keys/signer-options.ts';
import { takeSecret } from '../../keys/take-secret.ts';
import { printJson } from '../../terminal/print-json.ts';

interface CreateArguments {
  dataDir: string;
  keystore: string | undefined;
  passwordFile: string | undefined;
  json: boolean;
}

const fileOptions = {
  ...dataDirectoryOption,
  keystore: { type: 'string', describe: 'the file to make (default: wallet.json in the data directory)' },
  'password-file': signerOptions['password-file'],
} as const;

/** `byoc wallet create` */
export const createCommand: CommandModule<object, CreateArguments> = {
  command: 'create',
  describe: 'Make a new key, sealed in a file with a password',
  builder: (yargs) =>
    (yargs as Argv<CreateArguments>)
      .options(fileOptions)
      .example('$0 wallet create', 'asks for a password')
      .example('$0 wallet create --keystore ./payer.json --password-file ./password', 'for scripts'),
  handler: (args) => seal(args, async () => createPrivateKey()),
};

type ImportArguments = CreateArguments & { keyFile: string | undefined; fromOrchestrator: boolean };

/** `byoc wallet import` */
export const importCommand: CommandModule<object, ImportArguments> = {
  command: 'import',
  describe:
    'Seal a key that you have in a file: from $BYOC_ETH_KEY, a file, the orchestrator, or typed. Never an argument',
  builder: (yargs) =>
    (yargs as Argv<ImportArguments>)
      .options({
        ...fileOptions,
        'key-file': { type: 'string', describe: 'a file with the key, 64 hex digits' },
        'from-orchestrator': {
          type: 'boolean',
          default: false,
          describe: 'the key that the orchestrator made for itself in the data directory',
        },
      })
      .conflicts('key-file', 'from-orchestrator')
      .example('$0 wallet import', 'asks for the key, without showing it')
      .example('$0 wallet import --from-orchestrator --keystore ./node.json', 'to withdraw what it earned'),
  handler: (args) => seal(args, () => readKey(args)),
};

async function seal(args: CreateArguments, key: () => Promise<Uint8Array>): Promise<void> {
  await limitCoreDumps();
  const path = args.keystore ?? walletPath(args.dataDir);
  const text = takeSecret('BYOC_ETH_PASSWORD');
  if (existsSync(path)) throw new ByocError('KEYSTORE_EXISTS', { path });
  const privateKey = await key();
  const password = await readPassword({ path, file: args.passwordFile, text, isNew: true });
  try {
    await writeKeystore(path, { privateKey, password });
  } finally {
    privateKey.fill(0);
    password.fill(0);
  }
  const address = await readKeystoreAddress(path);
  if (args.json) return printJson({ address, keystore: path });
  process.stdout.write(
    `Wallet ${address} is in ${path}.\nKeep a copy of the file and the password: without both, what the wallet has is lost.\n`,
  );
}

async function readKey(args: ImportArguments): Promise<Uint8Array> {
  const named = takeSecret('BYOC_ETH_KEY');
  if (args.fromOrchestrator) return readOrchestratorKey(args.dataDir);
  const { keyFile } = args;
  if (keyFile !== undefined) {
    const text = await readFile(keyFile, 'utf8').catch((cause: NodeJS.ErrnoException) => {
      throw new ByocError('KEYSTORE_UNREADABLE', { path: keyFile, reason: cause.code ?? cause.message }, { cause });
    });
    return parsePrivateKey(text);
  }
  if (named !== undefined) return parsePrivateKey(named);
  if (!process.stdin.isTTY) throw new ByocError('KEY_INVALID', { reason: 'none was given' });
  const typed = await promptSecret('Private key: ', { input: process.stdin, output: process.stderr });
  return parsePrivateKey(new TextDecoder().decode(typed));
}
