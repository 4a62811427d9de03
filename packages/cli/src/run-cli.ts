import { ByocError } from '@byoc/core';
import yargs from 'yargs/yargs';
import { chainCommand } from './commands/chain.ts';
import { chatCommand } from './commands/chat.ts';
import { creditCommand } from './commands/credit.ts';
import { demoCommand } from './commands/demo.ts';
import { earningsCommand } from './commands/earnings.ts';
import { gatewayCommand } from './commands/gateway.ts';
import { orchestratorCommand } from './commands/orchestrator.ts';
import { pluginCommand } from './commands/plugin.ts';
import { queryCommand } from './commands/query.ts';
import { quoteCommand } from './commands/quote.ts';
import { receiptsCommand } from './commands/receipts.ts';
import { runCommand } from './commands/run.ts';
import { signerCommand } from './commands/signer.ts';
import { verifyCommand } from './commands/verify.ts';
import { walletCommand } from './commands/wallet.ts';
import { type KnownOptions, repeatedOption } from './repeated-option.ts';
import { exitCodeOf } from './terminal/exit-code.ts';
import { printError } from './terminal/print-error.ts';

/** Thrown by the parser for a wrong command line: its text is printed with the usage. */
class UsageError extends Error {}

/**
 * Runs the `byoc` command.
 *
 * @param args the arguments after `byoc`
 * @returns the exit code: 0 done · 1 failed for good · 2 wrong request or usage · 4 pay first · 69 try another
 * orchestrator · 75 try again later · 130 interrupted
 */
export async function runCli(args: readonly string[]): Promise<number> {
  const json = args.includes('--json');
  const parser = yargs([...args])
    .scriptName('byoc')
    .usage('$0 <command>\n\nHost, find and call typed capabilities in containers.')
    .command(chainCommand)
    .command(chatCommand)
    .command(creditCommand)
    .command(demoCommand)
    .command(earningsCommand)
    .command(gatewayCommand)
    .command(orchestratorCommand)
    .command(pluginCommand)
    .command(queryCommand)
    .command(quoteCommand)
    .command(receiptsCommand)
    .command(runCommand)
    .command(verifyCommand)
    .command(walletCommand)
    .command(signerCommand)
    .completion('completion', 'Prints a shell completion script (bash or zsh)')
    .example('$0 demo', 'transcode a video, end to end, on this machine')
    .example('$0 orchestrator start', 'start hosting')
    .example('$0 plugin install ./my-plugin', 'install a plugin from a folder')
    .example('$0 run demo/echo --input text=hello', 'call a capability')
    .option('json', {
      type: 'boolean',
      global: true,
      default: false,
      describe: 'print one JSON value on standard output',
    })
    .demandCommand(1, 'Name a command.')
    .check((argv) => {
      const repeated = repeatedOption(argv, (parser as unknown as { getOptions(): KnownOptions }).getOptions());
      if (repeated !== undefined)
        throw new ByocError('INPUT_ARGUMENT_INVALID', { argument: `--${repeated}`, reason: 'it is there twice' });
      return true;
    })
    .strict()
    .recommendCommands()
    .wrap(Math.min(110, process.stdout.columns ?? 100))
    .help()
    .alias('help', 'h')
    .version()
    .exitProcess(false)
    .fail((message, error) => {
      // A key that somebody gave as an argument is not repeated.
      throw error ?? new UsageError(message.replaceAll(/[0-9a-fA-F]{64}/g, '[secret]'));
    });
  try {
    await parser.parseAsync();
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(
        `${error.message}\nSee \`byoc ${args
          .filter((a) => !a.startsWith('-'))
          .slice(0, 2)
          .join(' ')} --help\`.\n`,
      );
      return 2;
    }
    printError(error, { json });
    return exitCodeOf(error);
  }
}
