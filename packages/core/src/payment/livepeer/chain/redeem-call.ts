import { bytesToHex, encodeFunctionData } from 'viem';
import type { WinningTicket } from '../recipient/create-ticket-receiver.ts';
import { auxData } from '../ticket/pack-ticket.ts';
import { ticketBrokerAbi } from './livepeer-abis.ts';
import type { Hex } from './livepeer-chain.ts';

/** What the contract is told to redeem one ticket; it reverts with the reason when it can't. */
export function redeemCall(winner: WinningTicket): Hex {
  const [ticket, signature, rand] = argumentsOf(winner);
  const args = [ticket, signature, rand] as const;
  return encodeFunctionData({ abi: ticketBrokerAbi, functionName: 'redeemWinningTicket', args });
}

/** What the contract is told to redeem many; it passes over those that it can't. */
export function redeemBatchCall(winners: readonly WinningTicket[]): Hex {
  const all = winners.map(argumentsOf);
  const args = [
    all.map(([ticket]) => ticket),
    all.map(([, signature]) => signature),
    all.map(([, , rand]) => rand),
  ] as const;
  return encodeFunctionData({ abi: ticketBrokerAbi, functionName: 'batchRedeemWinningTickets', args });
}

function argumentsOf(winner: WinningTicket) {
  const ticket = {
    recipient: bytesToHex(winner.recipient),
    sender: bytesToHex(winner.sender),
    faceValue: winner.faceValueWei,
    winProb: winner.winProb,
    senderNonce: BigInt(winner.senderNonce),
    recipientRandHash: bytesToHex(winner.recipientRandHash),
    auxData: bytesToHex(auxData(winner)),
  };
  return [ticket, bytesToHex(winner.signature), BigInt(bytesToHex(winner.recipientRand))] as const;
}
