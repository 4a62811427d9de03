import { type Abi, encodeDeployData, keccak256, pad, stringToHex } from 'viem';
import { createLocalLivepeer, LOCAL_ROUND_BLOCKS, type LocalLivepeer } from './create-local-livepeer.ts';
import type { ContractArtifact, LivepeerArtifacts } from './fetch-livepeer-contracts.ts';
import { type Address, createLocalSender } from './local-sender.ts';
import type { Anvil } from './start-anvil.ts';

const DUMMY_CACHE = '0x00000000000000000000000000000000000ca4e0';

/**
 * Deploys Livepeer's contracts from the chain's first account, which thereby owns them. On a fresh chain the controller has the
 * address that `localNetwork` names. As on Arbitrum: tickets are valid for 2 rounds, unlocking takes 2.
 */
export async function deployLivepeerContracts(chain: Anvil, artifacts: LivepeerArtifacts): Promise<LocalLivepeer> {
  const { owner, transact, call } = await createLocalSender(chain);
  const deploy = ({ abi, bytecode }: ContractArtifact, args: readonly unknown[] = []) =>
    transact(owner, undefined, encodeDeployData({ abi: abi as Abi, bytecode, args }));

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

  const local = await createLocalLivepeer(chain, { controller, token, bondingManager, roundsManager });
  await local.nextRound();
  return local;
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
