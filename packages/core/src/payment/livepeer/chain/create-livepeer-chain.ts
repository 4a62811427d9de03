import { encodeEventTopics, keccak256, numberToHex, stringToHex, zeroHash } from 'viem';
import { createContractReader } from './contract-reader.ts';
import { bondingManagerAbi, controllerAbi, roundsManagerAbi, ticketBrokerAbi } from './livepeer-abis.ts';
import type { ChainHead, Hex, LivepeerChain } from './livepeer-chain.ts';
import type { Address, LivepeerContracts, LivepeerNetwork } from './livepeer-network.ts';
import { type RpcLog, type RpcReceipt, readMinedTransaction, readRedeemedEvent } from './read-receipt.ts';
import type { RpcPool } from './rpc-pool.ts';

interface RpcBlock {
  readonly number: Hex;
  readonly hash: Hex;
  readonly parentHash: Hex;
  readonly baseFeePerGas?: Hex;
  readonly l1BlockNumber?: Hex;
}

/** What an unpaginated node still answers on Arbitrum. */
const LOG_BLOCKS_MAX = 10_000n;

/** Reads Livepeer's contracts over a pool of URLs. */
export async function createLivepeerChain(rpc: RpcPool, network: LivepeerNetwork): Promise<LivepeerChain> {
  const read = createContractReader(rpc);
  const getBlock = (tag: string) =>
    rpc.request({ method: 'eth_getBlockByNumber', params: [tag, false] }) as Promise<RpcBlock | null>;
  const head = async (): Promise<ChainHead> => {
    const block = (await getBlock('latest')) as RpcBlock;
    const blockNumber = BigInt(block.number);
    return {
      blockNumber,
      blockHash: block.hash,
      parentHash: block.parentHash,
      l1Block: network.hasL1Blocks ? BigInt(block.l1BlockNumber ?? block.number) : blockNumber,
      baseFeeWei: BigInt(block.baseFeePerGas ?? '0x0'),
    };
  };
  const contracts = network.contracts ?? (await findContracts());
  async function findContracts(): Promise<LivepeerContracts> {
    const { blockNumber } = await head();
    const find = (name: string) =>
      read({
        ...{ address: network.controller, abi: controllerAbi, functionName: 'getContract', blockNumber },
        args: [keccak256(stringToHex(name))],
      });
    const [ticketBroker, roundsManager, bondingManager] = await Promise.all([
      find('TicketBroker'),
      find('RoundsManager'),
      find('BondingManager'),
    ]);
    return { ticketBroker, roundsManager, bondingManager };
  }
  const broker = { address: contracts.ticketBroker, abi: ticketBrokerAbi } as const;
  const rounds = { address: contracts.roundsManager, abi: roundsManagerAbi } as const;
  const bonding = { address: contracts.bondingManager, abi: bondingManagerAbi } as const;

  return {
    network,
    contracts,
    rpc,
    head,
    async blockHash(blockNumber) {
      return (await getBlock(numberToHex(blockNumber)))?.hash;
    },
    async finalBlock({ blockNumber }) {
      if (network.finality !== 'finalized') return blockNumber > network.finality ? blockNumber - network.finality : 0n;
      return BigInt((await getBlock('finalized'))?.number ?? '0x0');
    },
    async gasPriceWei() {
      return BigInt((await rpc.request({ method: 'eth_gasPrice' })) as Hex);
    },
    async balanceWei(address) {
      return BigInt((await rpc.request({ method: 'eth_getBalance', params: [address, 'latest'] })) as Hex);
    },
    async round({ blockNumber }) {
      const [currentRound, lastInitializedRound, isInitialized, ticketValidityRounds] = await Promise.all([
        read({ ...rounds, functionName: 'currentRound', args: [], blockNumber }),
        read({ ...rounds, functionName: 'lastInitializedRound', args: [], blockNumber }),
        read({ ...rounds, functionName: 'currentRoundInitialized', args: [], blockNumber }),
        read({ ...broker, functionName: 'ticketValidityPeriod', args: [], blockNumber }),
      ]);
      const hashOf = (round: bigint) =>
        read({ ...rounds, functionName: 'blockHashForRound', args: [round], blockNumber });
      let creationRound = lastInitializedRound;
      let creationRoundBlockHash = await hashOf(creationRound);
      if (creationRoundBlockHash === zeroHash && creationRound > 0n) {
        creationRound -= 1n;
        creationRoundBlockHash = await hashOf(creationRound);
      }
      const named = { currentRound, lastInitializedRound, isInitialized, ticketValidityRounds };
      return { ...named, creationRound, creationRoundBlockHash };
    },
    async sender(sender, { blockNumber }) {
      const [money, reserve] = await read({ ...broker, functionName: 'getSenderInfo', args: [sender], blockNumber });
      return {
        depositWei: money.deposit,
        withdrawRound: money.withdrawRound,
        reserveWei: reserve.fundsRemaining,
        claimedThisRoundWei: reserve.claimedInCurrentRound,
      };
    },
    async claim(sender, recipient, { blockNumber }) {
      const args = [sender, recipient] as const;
      const [claimedByMeWei, claimableWei, poolSize] = await Promise.all([
        read({ ...broker, functionName: 'claimedReserve', args, blockNumber }),
        read({ ...broker, functionName: 'claimableReserve', args, blockNumber }),
        read({ ...bonding, functionName: 'getTranscoderPoolSize', args: [], blockNumber }),
      ]);
      return { claimedByMeWei, claimableWei, poolSize };
    },
    isActive: (orchestrator, { blockNumber }) =>
      read({ ...bonding, functionName: 'isActiveTranscoder', args: [orchestrator], blockNumber }),
    pendingFeesWei: (orchestrator, { blockNumber }) =>
      read({ ...bonding, functionName: 'pendingFees', args: [orchestrator, 0n], blockNumber }),
    isUsed: (ticketHash, { blockNumber }) =>
      read({ ...broker, functionName: 'usedTickets', args: [ticketHash], blockNumber }),
    unlockPeriodRounds: ({ blockNumber }) => read({ ...broker, functionName: 'unlockPeriod', args: [], blockNumber }),
    async transaction(hash) {
      const receipt = (await rpc.request({
        method: 'eth_getTransactionReceipt',
        params: [hash],
      })) as RpcReceipt | null;
      return receipt === null ? undefined : readMinedTransaction(receipt, contracts.ticketBroker);
    },
    async redeemed(sender, recipient, fromBlock, { blockNumber }) {
      const topics = encodeEventTopics({
        abi: ticketBrokerAbi,
        eventName: 'WinningTicketRedeemed',
        args: { sender, recipient },
      });
      const found = [];
      for (let from = fromBlock; from <= blockNumber; from += LOG_BLOCKS_MAX) {
        const to = from + LOG_BLOCKS_MAX - 1n < blockNumber ? from + LOG_BLOCKS_MAX - 1n : blockNumber;
        const filter = { address: broker.address, topics, fromBlock: numberToHex(from), toBlock: numberToHex(to) };
        found.push(...((await rpc.request({ method: 'eth_getLogs', params: [filter] })) as RpcLog[]));
      }
      return found.flatMap((log) => readRedeemedEvent(log, broker.address as Address) ?? []);
    },
  };
}
