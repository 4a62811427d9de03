import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ByocError } from '@byoc/core';
import { printJson } from '../../terminal/print-json.ts';

/** Starts an orchestrator that goes on after this process, with the very same arguments. */
export async function startDetached(args: { dataDir: string; json: boolean }): Promise<void> {
  const dataDirectory = resolve(args.dataDir);
  await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
  const logFile = join(dataDirectory, 'orchestrator.log');
  const log = openSync(logFile, 'a', 0o600);
  const argv = process.argv.slice(2).filter((argument) => argument !== '--detach' && argument !== '--json');
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1] as string, ...argv], {
    detached: true,
    stdio: ['ignore', 'ignore', log, 'ipc'],
  });
  // The parent's end must not end this one: it is told to let go of the channel below.
  const started = await new Promise<Record<string, unknown>>((onStarted, onFailed) => {
    child.once('message', (message) => onStarted(message as Record<string, unknown>));
    child.once('exit', (exitCode) =>
      onFailed(new ByocError('ORCHESTRATOR_START_FAILED', { exitCode: exitCode ?? -1, logFile })),
    );
    child.once('error', onFailed);
  });
  child.removeAllListeners();
  child.send({ type: 'detach' });
  await new Promise<void>((done) => child.once('disconnect', done));
  child.unref();
  const facts = { ...started, type: undefined, pid: child.pid, logFile };
  if (args.json) printJson(facts);
  else
    process.stdout.write(
      `Orchestrator ${started['address']} is running at ${started['url']} (pid ${child.pid}).\nLog: ${logFile}\nStop it with \`byoc orchestrator stop\`.\n`,
    );
}
