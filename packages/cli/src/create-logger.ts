import { type Logger, pino } from 'pino';

/** Names of fields that hold a secret, wherever they are. */
const SECRET_FIELDS = [
  'secret',
  'privateKey',
  'privateKeyHex',
  'privateKeyPem',
  'password',
  'token',
  'authorization',
  'ticketSecret',
];

/** The options of every command that logs. */
export const logOptions = {
  'log-level': {
    choices: ['debug', 'info', 'warn', 'error', 'silent'],
    default: 'info',
    describe: 'how much to log, as JSON lines on standard error',
  },
} as const;

/** Creates the log of a command: JSON lines on standard error, or on another stream; fields that hold a secret are cut out. */
export function createLogger(level: string, destination: { write(line: string): void } = pino.destination(2)): Logger {
  const paths = SECRET_FIELDS.flatMap((field) => ['', '*.', '*.*.'].map((where) => `${where}${field}`));
  return pino({ level, base: null, redact: { paths, censor: '[secret]' } }, destination);
}
