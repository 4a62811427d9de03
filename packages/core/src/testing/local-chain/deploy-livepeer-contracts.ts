import { type Abi, encodeDeployData, encodeFunctionData, keccak256, pad, parseAbi, stringToHex, toHex } from 'viem';
import type { ContractArtifact, LivepeerArtifacts } from './fetch-livepeer-contracts.ts';
import type { Anvil } from './start-anvil.ts';

type Address = `0x${string}`;

/** Rounds long enough that a chain which mines a block for each transaction stays in one until it is told to go on. */
export const LOCAL_ROUND_BLOCKS = 200n;

const DUMMY_CACHE = '0x00000000000000000000000000000000000ca4e0';

const setup = parseAbi([
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

/** Livepeer's contracts on a chain of one's own. */
export interface LocalLivepeer {
  readonly controller: Address;
  /** Makes an account an orchestrator that can be paid, from the next round on, and goes there. */
  activate(orchestrator: Address): Promise<void>;
  /** Ends the round, and starts the next. */
  nextRound(): Promise<void>;
}

/**
 * Deploys Livepeer's contracts from the chain's first account, which thereby owns them. On a fresh chain the controller has the
 * address that `localNetwork` names. As on Arbitrum: tickets are valid for 2 rounds, unlocking takes 2.
 */
export async function deployLivepeerContracts(chain: Anvil, artifacts: LivepeerArtifacts): Promise<LocalLivepeer> {
  const [owner] = (await chain.request('eth_accounts')) as Address[];
  const transact = async (from: Address, to: Address | undefined, data: string): Promise<Address> => {
    const call = { from, data, gas: toHex(25_000_000), ...(to && { to }) };
    const receipt = (await chain.request('eth_sendTransactionSync', [call])) as Receipt;
    if (receipt.status !== '0x1') throw new Error(`a transaction to ${to ?? 'a new contract'} reverted`);
    return (receipt.contractAddress ?? to) as Address;
  };
  const deploy = ({ abi, bytecode }: ContractArtifact, args: readonly unknown[] = []) =>
    transact(owner as Address, undefined, encodeDeployData({ abi: abi as Abi, bytecode, args }));
  const call = (
    to: Address,
    functionName: (typeof setup)[number]['name'],
    args: readonly unknown[] = [],
    from = owner as Address,
  ) => transact(from, to, encodeFunctionData({ abi: setup as Abi, functionName, args }));

  const controller = await deploy(artifacts.controller);
  const register = (name: string, address: Address) =>
    call(controller, 'setContractInfo', [keccak256(stringToHex(name)), address, pad('0x', { size: 20 })]);
  const token = await deploy(artifacts.token);
  await register('LivepeerToken', token);
  const minter = await deploy(artifacts.minter, [controller, 137n, 3n, 500_000n]);
  await register('Minter', minter);
  const sortedList = await deploy(artifacts.sortedList);
  const bondingManager = await deploy(link(artifacts.bondingManager, sortedList), [controller]);
  await register('BondingManager', bondingManager);
  const roundsManager = await deploy(artifacts.roundsManager, [controller]);
  await register('RoundsManager', roundsManager);
  const ticketBroker = await deploy(artifacts.ticketBroker, [controller]);
  await register('TicketBroker', ticketBroker);
  // The name by which Minter knows who may take ETH out.
  await register('JobsManager', ticketBroker);
  // What Minter asks for the supply on Ethereum: it answers 0 to everything.
  await chain.request('anvil_setCode', [DUMMY_CACHE, '0x60206000f3']);
  await register('L2LPTDataCache', DUMMY_CACHE);
  await call(bondingManager, 'setUnbondingPeriod', [7n]);
  await call(bondingManager, 'setNumActiveTranscoders', [100n]);
  await call(roundsManager, 'setRoundLength', [LOCAL_ROUND_BLOCKS]);
  await call(roundsManager, 'setRoundLockAmount', [100_000n]);
  await call(ticketBroker, 'setUnlockPeriod', [2n]);
  await call(ticketBroker, 'setTicketValidityPeriod', [2n]);
  await call(token, 'grantRole', [keccak256(stringToHex('MINTER_ROLE')), owner]);
  await call(controller, 'unpause');

  const nextRound = async () => {
    const number = BigInt((await chain.request('eth_blockNumber')) as string);
    await chain.request('anvil_mine', [toHex(LOCAL_ROUND_BLOCKS - (number % LOCAL_ROUND_BLOCKS))]);
    await call(roundsManager, 'initializeRound');
  };
  await nextRound();
  return {
    controller,
    nextRound,
    async activate(orchestrator) {
      const stake = 10n ** 18n;
      await call(token, 'mint', [orchestrator, stake]);
      await chain.request('anvil_impersonateAccount', [orchestrator]);
      await call(token, 'approve', [bondingManager, stake], orchestrator);
      await call(bondingManager, 'bond', [stake, orchestrator], orchestrator);
      await call(bondingManager, 'transcoder', [0n, 0n], orchestrator);
      await chain.request('anvil_stopImpersonatingAccount', [orchestrator]);
      await nextRound();
    },
  };
}

interface Receipt {
  readonly status: string;
  readonly contractAddress: Address | null;
}

/** Puts a library's address where the bytecode leaves room for it. */
function link(artifact: ContractArtifact, library: Address): ContractArtifact {
  let hex: string = artifact.bytecode;
  const places = Object.values(artifact.linkReferences).flatMap((libraries) => Object.values(libraries).flat());
  for (const { start, length } of places) {
    const at = 2 + start * 2;
    hex = hex.slice(0, at) + library.slice(2) + hex.slice(at + length * 2);
  }
  return { ...artifact, bytecode: hex as Address };
}
