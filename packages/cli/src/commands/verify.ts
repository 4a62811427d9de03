import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ByocError } from '@byoc/core';
import { type ProvenanceFacts, parseProvenance, verifyProvenance } from '@byoc/core/payment';
import type { Argv, CommandModule } from 'yargs';
import { pc } from '../terminal/colours.ts';
import { printJson } from '../terminal/print-json.ts';
import { provenancePath, sha256OfFile } from '../write-provenance.ts';

interface VerifyArguments {
  path: string;
  provenance: string | undefined;
  orchestrator: string | undefined;
  json: boolean;
}

/** `byoc verify <file>` */
export const verifyCommand: CommandModule<object, VerifyArguments> = {
  command: 'verify <path>',
  describe: 'Check where a file comes from, by what was signed when it was made',
  builder: (yargs) =>
    (yargs as Argv<VerifyArguments>)
      .positional('path', { type: 'string', demandOption: true, describe: 'the file' })
      .options({
        provenance: { type: 'string', describe: 'what was signed (default: the file, and `.provenance.json`)' },
        orchestrator: { type: 'string', describe: 'the address that must have signed; without it anybody may have' },
      })
      .example('$0 run image/generate -i prompt="a red circle" -o out.png --provenance', 'writes both')
      .example('$0 verify out.png --orchestrator 0x90F8bf6A479f320ead074411a4B0e7944Ea8c9C1', 'checks them'),
  handler: verify,
};

async function verify(args: VerifyArguments): Promise<void> {
  const { orchestrator } = args;
  if (orchestrator !== undefined && !/^0x[0-9a-fA-F]{40}$/.test(orchestrator))
    throw new ByocError('INPUT_ARGUMENT_INVALID', { argument: orchestrator, reason: 'an address is 0x and 40 digits' });
  const path = resolve(args.path);
  const sha256 = await sha256OfFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw new ByocError('SOURCE_FILE_UNREADABLE', { path, reason: cause.message }, { cause });
  });
  const provenance = parseProvenance(await readText(args.path, args.provenance ?? provenancePath(args.path)));
  const facts = verifyProvenance(provenance, { name: args.path, sha256 }, { orchestrator });
  const { proven, notProven } = sayWhatItMeans(facts);
  if (args.json) printJson({ file: path, ...facts, proven, notProven });
  else process.stdout.write(describe(args.path, facts, { proven, notProven }));
}

async function readText(file: string, path: string): Promise<string> {
  try {
    return await readFile(resolve(path), 'utf8');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new ByocError('PROVENANCE_MISSING', { file, provenance: path }, { cause });
    throw new ByocError('SOURCE_FILE_UNREADABLE', { path, reason: message }, { cause });
  }
}

function sayWhatItMeans({ orchestrator, isExpected }: ProvenanceFacts): { proven: string[]; notProven: string[] } {
  return {
    proven: [
      `The key of ${orchestrator} signed that it made this very file, of that input, by that contract.`,
      'Neither the file nor what is said of it was changed since.',
    ],
    notProven: [
      ...(isExpected
        ? []
        : ['Whose key that is: anybody can sign with one. Name who it should be with --orchestrator.']),
      'That the orchestrator tells the truth: the models, the image and the times are its own word.',
      'What the input was: only its sha256 is signed. Who has it can compare.',
      'That nobody made the same file before, or what it shows.',
    ],
  };
}

function describe(
  path: string,
  { place, sha256, orchestrator, receipt }: ProvenanceFacts,
  { proven, notProven }: { proven: readonly string[]; notProven: readonly string[] },
): string {
  const time = (ms: number) => new Date(ms).toISOString();
  const rows = [
    ['Orchestrator', orchestrator],
    ['Job', receipt.jobId],
    ['Capability', `${receipt.capability}  ${receipt.contractDigest}`],
    ...receipt.modelDigests.map((digest) => ['Model', digest]),
    ['Container', receipt.imageDigest === '' ? 'none' : receipt.imageDigest],
    ['Input', `sha256:${receipt.inputSha256}`],
    ['File', `sha256:${sha256}, in the output at ${place}`],
    ['Made', `${time(receipt.startedAt)} to ${time(receipt.endedAt)}`],
  ];
  const list = (title: string, lines: readonly string[]) =>
    `${pc.bold(title)}\n${lines.map((line) => `  ${line}\n`).join('')}`;
  return [
    `${pc.green('✓')} ${path} is what it is said to be.\n`,
    ...rows.map(([name = '', value]) => `  ${name.padEnd(13)}${value}\n`),
    list('Proven:', proven),
    list('Not proven:', notProven),
  ].join('');
}
