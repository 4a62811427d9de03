import { encodeFunctionData, parseAbi, toHex } from 'viem';
import type { Anvil } from './start-anvil.ts';

/** An ETH address. */
export type Address = `0x${string}`;

const abi = parseAbi([
  'function setContractInfo(bytes32 id, address contractAddress, bytes20 gitCommitHash)',
  'function unpause()',
  'function setUnbondingPeriod(uint64 period)',
  'function setNumActiveTranscoders(uint256 count)',
  'function setRoundLength(uint256 blocks)',
  'function setRoundLockAmount(uint256 ppm)',
  'function setUnlockPeriod(uint256 rounds)',
  'function setTicketValidityPeriod(uint256 rounds)',
  'function grantRole(bytes32 role, address account)',
  'function mint(address to, uint256 amount)',
  'function transfer(address to, uint256 amount) returns (bool)',
  'function approve(address spender, uint256 amount) returns (bool)',
  'function bond(uint256 amount, address to)',
  'function transcoder(uint256 rewardCut, uint256 feeShare)',
  'function initializeRound()',
  'function currentRoundInitialized() view returns (bool)',
]);

/** Calls contracts for accounts that the chain signs for. Throws when one reverts. */
export interface LocalSender {
  /** The first account: it owns the contracts. */
  readonly owner: Address;
  /** Resolves with the address of the contract. */
  transact(from: Address, to: Address | undefined, data: string): Promise<Address>;
  call(to: Address, name: (typeof abi)[number]['name'], args?: readonly unknown[], from?: Address): Promise<Address>;
}

interface Receipt {
  readonly status: string;
  readonly contractAddress: Address | null;
}

/** Creates a sender on a chain of one's own. */
export async function createLocalSender(chain: Pick<Anvil, 'request'>): Promise<LocalSender> {
  const [owner] = (await chain.request('eth_accounts')) as [Address];
  const transact: LocalSender['transact'] = async (from, to, data) => {
    const call = { from, data, gas: toHex(25_000_000), ...(to && { to }) };
    const receipt = (await chain.request('eth_sendTransactionSync', [call])) as Receipt;
    if (receipt.status !== '0x1') throw new Error(`a transaction to ${to ?? 'a new contract'} reverted`);
    return (receipt.contractAddress ?? to) as Address;
  };
  return {
    owner,
    transact,
    call: (to, functionName, args = [], from = owner) =>
      transact(from, to, encodeFunctionData({ abi, functionName, args } as never)),
  };
}
