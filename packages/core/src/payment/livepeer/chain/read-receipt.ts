import { decodeEventLog } from 'viem';
import { ticketBrokerAbi } from './livepeer-abis.ts';
import type { Hex, MinedTransaction, RedeemedEvent } from './livepeer-chain.ts';
import type { Address } from './livepeer-network.ts';

/** A log as JSON-RPC has it. */
export interface RpcLog {
  readonly address: Address;
  readonly topics: [signature: Hex, ...args: Hex[]];
  readonly data: Hex;
  readonly blockNumber: Hex;
  readonly blockHash: Hex;
  readonly transactionHash: Hex;
}

/** A receipt as JSON-RPC has it. */
export interface RpcReceipt {
  readonly transactionHash: Hex;
  readonly blockNumber: Hex;
  readonly blockHash: Hex;
  readonly status: Hex;
  readonly gasUsed: Hex;
  readonly effectiveGasPrice?: Hex;
  readonly logs: readonly RpcLog[];
}

/** Reads a receipt. Only logs of TicketBroker itself count: any contract can write a log that looks like one of its. */
export function readMinedTransaction(receipt: RpcReceipt, ticketBroker: Address): MinedTransaction {
  const events = receipt.logs.flatMap((log) => readEvent(log, ticketBroker) ?? []);
  return {
    hash: receipt.transactionHash,
    blockNumber: BigInt(receipt.blockNumber),
    blockHash: receipt.blockHash,
    isSuccess: BigInt(receipt.status) === 1n,
    costWei: BigInt(receipt.gasUsed) * BigInt(receipt.effectiveGasPrice ?? '0x0'),
    events: events.map(({ eventName }) => eventName),
    redeemed: receipt.logs.flatMap((log) => readRedeemedEvent(log, ticketBroker) ?? []),
    transferredWei: events.reduce(
      (sum, event) => (event.eventName === 'WinningTicketTransfer' ? sum + event.args.amount : sum),
      0n,
    ),
  };
}

/** Reads `WinningTicketRedeemed`; undefined for any other log. */
export function readRedeemedEvent(log: RpcLog, ticketBroker: Address): RedeemedEvent | undefined {
  const event = readEvent(log, ticketBroker);
  if (event?.eventName !== 'WinningTicketRedeemed') return undefined;
  const { sender, recipient, senderNonce, recipientRand, faceValue } = event.args;
  return {
    ...{ sender, recipient, senderNonce, recipientRand, faceValueWei: faceValue },
    blockNumber: BigInt(log.blockNumber),
    blockHash: log.blockHash,
    transactionHash: log.transactionHash,
  };
}

function readEvent({ address, topics, data }: RpcLog, ticketBroker: Address) {
  if (address.toLowerCase() !== ticketBroker.toLowerCase()) return undefined;
  try {
    return decodeEventLog({ abi: ticketBrokerAbi, topics, data });
  } catch {
    return undefined;
  }
}
