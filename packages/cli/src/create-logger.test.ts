import { expect, it } from 'vitest';
import { createLogger } from './create-logger.ts';

it('cuts secrets out of the log, at the top and below', () => {
  const lines: string[] = [];
  const logger = createLogger('info', { write: (line) => lines.push(line) });
  const secrets = { privateKey: 'k1', password: 'k2', token: 'k3', secret: 'k4', authorization: 'k5' };
  logger.info({ ...secrets, address: '0x1' }, 'top');
  logger.info({ options: secrets }, 'below');
  logger.child({ call: { headers: secrets } }).error({}, 'deep');
  expect(lines.join('')).not.toMatch(/k[1-5]/);
  expect(lines.join('').match(/\[secret\]/g)).toHaveLength(15);
  expect(lines[0]).toContain('"address":"0x1"');
});
