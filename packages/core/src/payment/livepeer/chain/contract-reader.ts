import {
  type Abi,
  type ContractFunctionArgs,
  type ContractFunctionName,
  type ContractFunctionReturnType,
  decodeFunctionResult,
  type EncodeFunctionDataParameters,
  encodeFunctionData,
  numberToHex,
} from 'viem';
import { ByocError } from '../../../errors/byoc-error.ts';
import type { Hex } from './livepeer-chain.ts';
import type { Address } from './livepeer-network.ts';
import type { RpcPool } from './rpc-pool.ts';
import { RpcRefusal } from './rpc-refusal.ts';

/** Reads a contract as of a block. */
export type ContractReader = <
  const abi extends Abi,
  name extends ContractFunctionName<abi, 'view'>,
  args extends ContractFunctionArgs<abi, 'view', name>,
>(call: {
  address: Address;
  abi: abi;
  functionName: name;
  args: args;
  blockNumber: bigint;
}) => Promise<ContractFunctionReturnType<abi, 'view', name, args>>;

/** Creates a reader. It throws CHAIN_CONTRACT_MISSING where an address does not answer as the contract would. */
export function createContractReader(rpc: RpcPool): ContractReader {
  return async ({ address, abi, functionName, args, blockNumber }) => {
    const data = encodeFunctionData({ abi, functionName, args } as unknown as EncodeFunctionDataParameters);
    const missing = (cause: unknown) =>
      new ByocError('CHAIN_CONTRACT_MISSING', { address, call: String(functionName) }, { cause });
    const result = await rpc
      .request({ method: 'eth_call', params: [{ to: address, data }, numberToHex(blockNumber)] })
      .catch((error: unknown) => {
        throw error instanceof RpcRefusal ? missing(error) : error;
      });
    try {
      return decodeFunctionResult({
        abi: abi as Abi,
        functionName: functionName as string,
        data: result as Hex,
      }) as never;
    } catch (cause) {
      throw missing(cause);
    }
  };
}
