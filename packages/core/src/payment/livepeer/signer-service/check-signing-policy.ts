import { assertNever } from '../../../primitives/assert-never.ts';
import type { SigningRequest } from '../../keys/signer.ts';
import { WIN_PROB_MAX } from '../ticket/ticket.ts';
import type { DaySpend, SeenTransaction, SigningPolicy } from './signing-policy.ts';

/** The packed form: recipient, sender, four words, and the round with its hash. */
const TICKET_BYTES = 232;

const IDENTITY = 'BYOC orchestrator identity v1';
const IDENTITY_TEXT = /^.*\naddress: (0x[0-9a-f]{40})\ncertificate-sha256: [0-9a-f]{64}\n$/;

/** The texts and typed data that an orchestrator signs, and that promise nobody money of the key's. */
const defaultTexts = [IDENTITY, 'BYOC quote v1'];
const defaultTypedData = ['BYOC receipt'];

/** What a policy is applied to. */
export interface SigningView {
  /** Of the key. */
  readonly address: string;
  /** UTC, `2026-01-31`. */
  readonly today: string;
  /** What was signed up to now. */
  readonly spend: DaySpend;
  /** Reads an unsigned transaction; undefined when it is none, or of another type than EIP-1559. */
  readonly readTransaction: (unsigned: Uint8Array) => SeenTransaction | undefined;
}

/**
 * Tells whether all of these may be signed, and what will then have been spent. Pure. A day never starts anew when the clock is set
 * back.
 */
export function checkSigningPolicy(
  policy: SigningPolicy,
  requests: readonly SigningRequest[],
  view: SigningView,
): { readonly spend: DaySpend } | { readonly refused: string } {
  const isNewDay = view.today > view.spend.day;
  let { ticketsWei, transactionsWei } = isNewDay ? { ticketsWei: 0n, transactionsWei: 0n } : view.spend;
  for (const request of requests) {
    const seen = look(policy, request, view);
    if ('refused' in seen) return seen;
    ticketsWei += seen.ticketWei ?? 0n;
    transactionsWei += seen.transactionWei ?? 0n;
  }
  const { ticketsWeiPerDay = 0n, transactions } = policy;
  if (ticketsWei > ticketsWeiPerDay) return { refused: `tickets of a day may be worth ${ticketsWeiPerDay} wei` };
  const transactionsMax = transactions?.weiPerDay ?? 0n;
  if (transactionsWei > transactionsMax) return { refused: `transactions of a day may cost ${transactionsMax} wei` };
  return { spend: { day: isNewDay ? view.today : view.spend.day, ticketsWei, transactionsWei } };
}

type Seen = { refused: string } | { ticketWei?: bigint; transactionWei?: bigint };

function look(policy: SigningPolicy, request: SigningRequest, view: SigningView): Seen {
  switch (request.kind) {
    case 'message': {
      const { texts = defaultTexts } = policy;
      const end = request.message.indexOf('\n');
      const title = request.message.slice(0, Math.max(end, 0));
      if (!texts.includes(title)) return { refused: 'a text with this first line is not on its list' };
      const isOwn = IDENTITY_TEXT.exec(request.message)?.[1] === view.address.toLowerCase();
      return title !== IDENTITY || isOwn ? {} : { refused: 'it signs the identity of its own address, and no other' };
    }
    case 'typed-data': {
      const { typedData = defaultTypedData } = policy;
      const { name, verifyingContract } = request.data.domain;
      return name !== undefined && typedData.includes(name) && verifyingContract === undefined
        ? {}
        : { refused: 'typed data of this domain is not on its list' };
    }
    case 'ticket':
      return lookAtTicket(policy, request.ticket, view);
    case 'transaction':
      return lookAtTransaction(policy, view.readTransaction(request.transaction));
    default:
      return assertNever(request);
  }
}

function lookAtTicket({ ticketsWeiPerDay = 0n }: SigningPolicy, ticket: Uint8Array, { address }: SigningView): Seen {
  if (ticketsWeiPerDay === 0n) return { refused: 'it signs no tickets' };
  if (ticket.length !== TICKET_BYTES) return { refused: `a ticket has ${TICKET_BYTES} bytes` };
  const hex = (from: number, to: number) => `0x${Buffer.from(ticket.subarray(from, to)).toString('hex')}`;
  if (hex(20, 40) !== address.toLowerCase()) return { refused: 'the sender of a ticket is another address' };
  const faceValueWei = BigInt(hex(40, 72));
  const winProb = BigInt(hex(72, 104));
  // Rounded up: many small tickets are not free.
  return { ticketWei: (faceValueWei * winProb + WIN_PROB_MAX - 1n) / WIN_PROB_MAX };
}

function lookAtTransaction({ transactions }: SigningPolicy, seen: SeenTransaction | undefined): Seen {
  if (transactions === undefined) return { refused: 'it signs no transactions' };
  if (seen === undefined) return { refused: 'it reads no such transaction' };
  if (seen.chainId !== transactions.chainId) return { refused: `chain ${seen.chainId} is not its chain` };
  const contract = transactions.contracts.find(({ address }) => address.toLowerCase() === seen.to?.toLowerCase());
  if (contract === undefined) return { refused: `${seen.to ?? 'a new contract'} is not on its list` };
  const selector = seen.data.slice(0, 10).toLowerCase();
  if (contract.selectors !== undefined && !contract.selectors.some((allowed) => allowed.toLowerCase() === selector))
    return { refused: `the call ${selector} of ${contract.address} is not on its list` };
  return { transactionWei: seen.costMaxWei };
}
