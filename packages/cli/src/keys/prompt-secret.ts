import { ByocError } from '@byoc/core';

/** A terminal, as far as a prompt needs one. */
export interface PromptTerminal {
  readonly input: NodeJS.ReadableStream & { setRawMode(on: boolean): unknown };
  readonly output: NodeJS.WritableStream;
}

/**
 * Asks for a line that the terminal does not show: UTF-8, without its end. Backspace takes a character back, Ctrl-U all of them.
 *
 * @throws ByocError INTERRUPTED for Ctrl-C, Ctrl-D, or an end of the input
 */
export async function promptSecret(question: string, { input, output }: PromptTerminal): Promise<Uint8Array> {
  output.write(question);
  input.setRawMode(true);
  const typed: number[] = [];
  try {
    return await new Promise<Uint8Array>((resolve, reject) => {
      const interrupt = () => reject(new ByocError('INTERRUPTED', { signal: 'the keyboard' }));
      const onData = (chunk: Buffer) => {
        for (const byte of chunk) {
          if (byte === 3 || byte === 4) return interrupt();
          if (byte === 13 || byte === 10) return resolve(Uint8Array.from(typed));
          if (byte === 21) typed.fill(0).splice(0);
          else if (byte === 127 || byte === 8) eraseCharacter(typed);
          else typed.push(byte);
        }
      };
      input.on('data', onData);
      input.once('end', interrupt);
      input.resume();
    });
  } finally {
    typed.fill(0);
    input.removeAllListeners('data').removeAllListeners('end');
    input.setRawMode(false);
    input.pause();
    output.write('\n');
  }
}

/** Takes back the last character: its first byte and those that continue it. */
function eraseCharacter(typed: number[]): void {
  let byte: number | undefined;
  do byte = typed.pop();
  while (byte !== undefined && (byte & 0xc0) === 0x80);
}
