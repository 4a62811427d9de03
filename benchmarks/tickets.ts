import { concat, encodePacked, type Hex, keccak256, numberToHex, recoverMessageAddress, toHex } from 'viem';
import { createPortableEngine } from '../packages/core/src/payment/keys/create-portable-engine.ts';
import type { CryptoEngine } from '../packages/core/src/payment/keys/crypto-engine.ts';
import { loadNativeEngine } from '../packages/core/src/payment/livepeer/engine/load-native-engine.ts';
import { loadWasmEngine } from '../packages/core/src/payment/livepeer/engine/load-wasm-engine.ts';
import { signHash } from '../packages/core/src/payment/livepeer/ticket/sign-hash.ts';
import type { SignedTicket } from '../packages/core/src/payment/livepeer/ticket/ticket.ts';
import { personalHash, ticketHash } from '../packages/core/src/payment/livepeer/ticket/ticket-hash.ts';
import { verifyTicket } from '../packages/core/src/payment/livepeer/ticket/verify-ticket.ts';
import { params, recipientRandOfParams, sender, senderKey } from '../tests/fixtures/tickets/vectors.ts';

const BAR_PER_SECOND = 10_000;
const ROUNDS = 7;
const ROUND_MS = 400;
const TICKETS = 2_000;

const engines: CryptoEngine[] = [createPortableEngine()];
for (const load of [loadWasmEngine, loadNativeEngine]) {
  await load().then(
    (engine) => engines.push(engine),
    (cause: Error) => console.log(`skipped ${load.name}: ${cause.message.split('\n')[0]}`),
  );
}
const fastest = engines.at(-1) as CryptoEngine;

const tickets: SignedTicket[] = Array.from({ length: TICKETS }, (_, senderNonce) => {
  const ticket = { ...params, sender, senderNonce };
  return { ...ticket, signature: signHash(fastest, ticketHash(fastest, ticket), senderKey) };
});

/** A verifier as one would write it with viem alone: the baseline. */
async function verifyWithViem(ticket: SignedTicket): Promise<boolean> {
  const hash = keccak256(
    encodePacked(
      ['address', 'address', 'uint256', 'uint256', 'uint256', 'bytes32', 'uint256', 'bytes32'],
      [
        toHex(ticket.recipient),
        toHex(ticket.sender),
        ticket.faceValueWei,
        ticket.winProb,
        BigInt(ticket.senderNonce),
        toHex(ticket.recipientRandHash),
        ticket.creationRound,
        toHex(ticket.creationRoundBlockHash),
      ],
    ),
  );
  const signature = toHex(ticket.signature);
  const signer = await recoverMessageAddress({ message: { raw: hash }, signature });
  const draw = keccak256(concat([signature, toHex(recipientRandOfParams) as Hex]));
  return signer.toLowerCase() === toHex(sender) && draw >= numberToHex(ticket.winProb, { size: 32 });
}

let next = 0;
const take = () => tickets[next++ % TICKETS] as SignedTicket;
const contestants: Record<string, () => boolean | Promise<boolean>> = {
  viem: () => verifyWithViem(take()),
  ...Object.fromEntries(
    engines.map((engine) => [engine.name, () => verifyTicket(engine, take(), recipientRandOfParams).valid]),
  ),
};

// What the library alone can do: the bound on every verifier.
const digest = personalHash(fastest, ticketHash(fastest, take()));
const compact = take().signature.subarray(0, 64);
contestants[`${fastest.name}, recovery only`] = () => fastest.recoverPublicKey(digest, compact, 0) !== undefined;

const rates: Record<string, number[]> = {};
/** Tickets for a second of CPU: on a busy machine, what one core gives when it has nothing else to do. */
const cpuRates: Record<string, number[]> = {};
for (let round = 0; round < ROUNDS; round += 1) {
  for (const [name, verify] of Object.entries(contestants)) {
    const started = performance.now();
    const cpu = process.cpuUsage();
    let done = 0;
    for (; performance.now() - started < ROUND_MS; done += 1) {
      const valid = verify();
      if ((typeof valid === 'boolean' ? valid : await valid) !== true) throw new Error(`${name} refused a good ticket`);
    }
    const { user, system } = process.cpuUsage(cpu);
    cpuRates[name] = [...(cpuRates[name] ?? []), (done / (user + system)) * 1_000_000];
    rates[name] = [...(rates[name] ?? []), (done / (performance.now() - started)) * 1000];
  }
}

const median = (values: readonly number[] = []) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
for (const [name, values] of Object.entries(rates)) {
  const ratio = median(values.map((value, round) => value / (rates['viem']?.[round] ?? 1)));
  console.log(
    `${name.padEnd(22)} ${Math.round(median(values)).toLocaleString('en')} tickets/s, ${Math.round(median(cpuRates[name])).toLocaleString('en')} a second of CPU, ${ratio.toFixed(1)} x viem`,
  );
}
const best = median(cpuRates[fastest.name]);
console.log(
  `${best >= BAR_PER_SECOND ? 'met' : 'MISSED'}: ${fastest.name} verifies ${Math.round(best).toLocaleString('en')} tickets in a second of one core; the bar is ${BAR_PER_SECOND.toLocaleString('en')}`,
);
