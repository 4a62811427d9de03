import { ByocError } from '../../errors/byoc-error.ts';
import { localNetwork } from '../../payment/livepeer/chain/livepeer-network.ts';
import type { LocalLivepeer } from './create-local-livepeer.ts';
import { requestAnvil } from './request-anvil.ts';
import type { Anvil } from './start-anvil.ts';

/**
 * Connects to a chain that `startLocalChain` started, in this process or another. Needs `viem`.
 *
 * @throws ByocError LOCAL_CHAIN_UNAVAILABLE when there is none at the URL
 */
export async function connectLocalChain({ url }: { url: string }): Promise<Omit<Anvil, symbol> & LocalLivepeer> {
  const request: Anvil['request'] = (method, params = []) => requestAnvil(url, method, params);
  try {
    const { decodeAbiParameters, encodeFunctionData, keccak256, parseAbi, stringToHex } = await import('viem');
    const abi = parseAbi(['function getContract(bytes32 id) view returns (address)']);
    const { controller } = localNetwork;
    const find = async (name: string) => {
      const data = encodeFunctionData({ abi, args: [keccak256(stringToHex(name))] });
      const answer = (await request('eth_call', [{ to: controller, data }, 'latest'])) as `0x${string}`;
      return decodeAbiParameters([{ type: 'address' }], answer)[0];
    };
    const [token, bondingManager, roundsManager] = [
      await find('LivepeerToken'),
      await find('BondingManager'),
      await find('RoundsManager'),
    ];
    const { createLocalLivepeer } = await import('./create-local-livepeer.ts');
    return {
      url,
      request,
      ...(await createLocalLivepeer({ request }, { controller, token, bondingManager, roundsManager })),
    };
  } catch (cause) {
    const { message } = cause as Error;
    throw new ByocError('LOCAL_CHAIN_UNAVAILABLE', { reason: `${url} is none (${message.split('\n')[0]})` }, { cause });
  }
}
