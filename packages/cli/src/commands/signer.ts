import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ByocError } from '@byoc/core';
import {
  type Address,
  type AllowedContract,
  arbitrumOne,
  localNetwork,
  serveSigner,
} from '@byoc/core/payment/livepeer';
import type { Argv, CommandModule } from 'yargs';
import { createLogger, logOptions } from '../create-logger.ts';
import { dataDirectoryOption } from '../data-directory.ts';
import { requireSigner } from '../keys/open-signer.ts';
import { type SignerArguments, signerOptions } from '../keys/signer-options.ts';
import { takeSecret } from '../keys/take-secret.ts';
import { type NetworkArguments, networkOptions } from '../network-options.ts';
import { formatWei, parseWei } from '../parse-wei.ts';
import { withInterrupt } from '../terminal/interrupt.ts';
import { printJson } from '../terminal/print-json.ts';

/** The port of a signer where none is named. */
const DEFAULT_PORT = 8947;

interface ServeArguments extends Pick<SignerArguments, 'keystore' | 'passwordFile'>, Pick<NetworkArguments, 'network'> {
  dataDir: string;
  host: string;
  port: number;
  tlsCert: string | undefined;
  tlsKey: string | undefined;
  tokenFile: string | undefined;
  text: string[];
  typedData: string[];
  ticketLimit: string;
  contract: string[];
  transactionLimit: string;
  logLevel: string;
  json: boolean;
}

/** `byoc signer serve` */
export const signerCommand: CommandModule = {
  command: 'signer <action>',
  describe: 'Keep a key on this machine, and sign with it for a node on another',
  builder: (yargs) => yargs.command(serveCommand).demandCommand(1, 'Name an action.'),
  handler() {},
};

const serveCommand: CommandModule<object, ServeArguments> = {
  command: 'serve',
  describe: 'Sign for whoever has the token, within limits; Ctrl-C ends',
  builder: (yargs) =>
    (yargs as Argv<ServeArguments>)
      .options({
        ...dataDirectoryOption,
        keystore: signerOptions.keystore,
        'password-file': signerOptions['password-file'],
        network: networkOptions.network,
        host: {
          type: 'string',
          default: '127.0.0.1',
          describe: 'address to listen on; others than this machine need TLS',
        },
        port: { type: 'number', default: DEFAULT_PORT, describe: '0 for any' },
        'tls-cert': { type: 'string', describe: 'a file with its certificate (PEM)' },
        'tls-key': { type: 'string', describe: 'a file with the key of that (PEM)' },
        'token-file': {
          type: 'string',
          describe:
            'a file with the token that callers show, made when it is missing (default: signer/token in the data directory)',
        },
        text: {
          type: 'string',
          array: true,
          default: ['BYOC orchestrator identity v1', 'BYOC quote v1'],
          describe: 'the first line of a text to sign; may be repeated. An identity has to be its own',
        },
        'typed-data': {
          type: 'string',
          array: true,
          default: ['BYOC receipt'],
          describe: 'a domain of typed data (EIP-712) to sign; may be repeated',
        },
        'ticket-limit': {
          type: 'string',
          default: '0 wei',
          describe: 'what tickets of a day (UTC) may be worth on average',
        },
        contract: {
          type: 'string',
          array: true,
          default: [] as string[],
          describe:
            'a contract that transactions may call: `0xADDRESS`, or with the calls, `0xADDRESS:0xec8b3cb6,0xd01b808e`',
        },
        'transaction-limit': {
          type: 'string',
          default: '0 wei',
          describe: 'what transactions of a day may cost, value and gas',
        },
        ...logOptions,
      })
      .implies('tls-cert', 'tls-key')
      .implies('tls-key', 'tls-cert')
      .example("$0 signer serve --ticket-limit '0.01 ETH'", 'for a gateway on this machine')
      .example(
        "$0 signer serve --contract 0xa8bB618B1520E284046F3dFc448851A1Ff26e41B:0xec8b3cb6,0xd01b808e --transaction-limit '0.01 ETH'",
        'for an orchestrator that redeems tickets',
      ),
  handler: (args) =>
    withInterrupt(async (signal) => {
      const logger = createLogger(args.logLevel);
      const { path, token } = await readOrMakeToken(args);
      const tls = await readTls(args);
      const signer = await requireSigner({
        ...args,
        signer: undefined,
        signerTokenFile: undefined,
        signerCa: undefined,
      });
      const { chainId } = args.network === 'local' ? localNetwork : arbitrumOne;
      const weiPerDay = parseWei(args.transactionLimit);
      const ticketsWeiPerDay = parseWei(args.ticketLimit);
      const contracts = args.contract.map(parseContract);
      const service = await serveSigner(signer, {
        ...{ token, tls, logger, host: args.host, port: args.port },
        statePath: join(resolve(args.dataDir), 'signer', `${signer.address.toLowerCase()}.json`),
        policy: {
          ...{ texts: args.text, typedData: args.typedData, ticketsWeiPerDay },
          ...(contracts.length === 0 ? {} : { transactions: { chainId, contracts, weiPerDay } }),
        },
      });
      try {
        const facts = { url: service.url, address: signer.address, tokenFile: path };
        if (args.json) printJson(facts);
        else
          process.stdout.write(
            `Signing for ${signer.address} at ${service.url}\nToken:     ${path ?? '$BYOC_SIGNER_TOKEN'}\n` +
              `Tickets:   ${formatWei(ticketsWeiPerDay)} a day\nContracts: ${contracts.map(({ address }) => address).join(', ') || 'none'}\n`,
          );
        await new Promise<void>((ended) => signal.addEventListener('abort', () => ended(), { once: true }));
      } finally {
        await service.close();
        signer.close();
      }
    }),
};

function parseContract(argument: string): AllowedContract {
  const match = /^(0x[0-9a-fA-F]{40})(?::(0x[0-9a-fA-F]{8}(?:,0x[0-9a-fA-F]{8})*))?$/.exec(argument);
  if (match === null)
    throw new ByocError('INPUT_ARGUMENT_INVALID', {
      argument,
      reason: 'a contract is `0x` and 40 hex digits, a call `0x` and 8',
    });
  return { address: match[1] as Address, selectors: match[2]?.split(',') };
}

async function readOrMakeToken(args: ServeArguments): Promise<{ path: string | undefined; token: string }> {
  const given = takeSecret('BYOC_SIGNER_TOKEN');
  if (args.tokenFile === undefined && given !== undefined) return { path: undefined, token: given };
  const path = args.tokenFile ?? join(resolve(args.dataDir), 'signer', 'token');
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const file = await open(path, 'wx', 0o600);
    await file.writeFile(`${randomBytes(32).toString('hex')}\n`);
    await file.close();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code !== 'EEXIST') throw new ByocError('SIGNER_STATE_UNREADABLE', { path, reason: code ?? message }, { cause });
  }
  return { path, token: (await readPem(path)).trim() };
}

async function readTls({ tlsCert, tlsKey }: ServeArguments): Promise<{ cert: string; key: string } | undefined> {
  if (tlsCert === undefined || tlsKey === undefined) return undefined;
  return { cert: await readPem(tlsCert), key: await readPem(tlsKey) };
}

async function readPem(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new ByocError('SIGNER_STATE_UNREADABLE', { path, reason: cause.code ?? cause.message }, { cause });
  });
}
