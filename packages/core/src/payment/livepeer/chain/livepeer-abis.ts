import { parseAbi } from 'viem';

/** What is called of Livepeer's contracts, and the events that are believed. From livepeer/protocol. */
export const ticketBrokerAbi = parseAbi([
  'struct Sender { uint256 deposit; uint256 withdrawRound; }',
  'struct ReserveInfo { uint256 fundsRemaining; uint256 claimedInCurrentRound; }',
  'struct Ticket { address recipient; address sender; uint256 faceValue; uint256 winProb; uint256 senderNonce; bytes32 recipientRandHash; bytes auxData; }',
  'function getSenderInfo(address sender) view returns (Sender sender, ReserveInfo reserve)',
  'function claimedReserve(address reserveHolder, address claimant) view returns (uint256)',
  'function claimableReserve(address reserveHolder, address claimant) view returns (uint256)',
  'function usedTickets(bytes32 hash) view returns (bool)',
  'function ticketValidityPeriod() view returns (uint256)',
  'function unlockPeriod() view returns (uint256)',
  'function fundDepositAndReserve(uint256 depositAmount, uint256 reserveAmount) payable',
  'function unlock()',
  'function cancelUnlock()',
  'function withdraw()',
  'function redeemWinningTicket(Ticket ticket, bytes sig, uint256 recipientRand)',
  'function batchRedeemWinningTickets(Ticket[] tickets, bytes[] sigs, uint256[] recipientRands)',
  'event DepositFunded(address indexed sender, uint256 amount)',
  'event ReserveFunded(address indexed reserveHolder, uint256 amount)',
  'event ReserveClaimed(address indexed reserveHolder, address claimant, uint256 amount)',
  'event WinningTicketTransfer(address indexed sender, address indexed recipient, uint256 amount)',
  'event WinningTicketRedeemed(address indexed sender, address indexed recipient, uint256 faceValue, uint256 winProb, uint256 senderNonce, uint256 recipientRand, bytes auxData)',
  'event Unlock(address indexed sender, uint256 startRound, uint256 endRound)',
  'event UnlockCancelled(address indexed sender)',
  'event Withdrawal(address indexed sender, uint256 deposit, uint256 reserve)',
]);

export const roundsManagerAbi = parseAbi([
  'function currentRound() view returns (uint256)',
  'function currentRoundInitialized() view returns (bool)',
  'function lastInitializedRound() view returns (uint256)',
  'function blockHashForRound(uint256 round) view returns (bytes32)',
  'function initializeRound()',
  'event NewRound(uint256 indexed round, bytes32 blockHash)',
]);

export const bondingManagerAbi = parseAbi([
  'function getTranscoderPoolSize() view returns (uint256)',
  'function isActiveTranscoder(address transcoder) view returns (bool)',
  'function pendingFees(address delegator, uint256 endRound) view returns (uint256)',
  'function withdrawFees(address recipient, uint256 amount)',
  'event WithdrawFees(address indexed delegator, address recipient, uint256 amount)',
]);

export const controllerAbi = parseAbi(['function getContract(bytes32 id) view returns (address)']);
