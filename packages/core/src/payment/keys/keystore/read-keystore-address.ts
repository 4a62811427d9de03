import { ByocError } from '../../../errors/byoc-error.ts';
import { checksumAddress } from '../ethereum-address.ts';
import { readKeystoreFile } from './read-keystore-file.ts';

/**
 * The address (EIP-55) that a keystore file says it is for. Needs no password, and proves nothing: use it to look, not to pay.
 *
 * @throws ByocError KEYSTORE_UNREADABLE, KEYSTORE_INVALID
 */
export async function readKeystoreAddress(path: string): Promise<string> {
  const { address } = await readKeystoreFile(path);
  if (address === undefined) throw new ByocError('KEYSTORE_INVALID', { path, reason: 'it does not say its address' });
  return checksumAddress(address.replace(/^0x/, ''));
}
