import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { encodeTicketParams, encodeTicketRound } from './ticket-params-message.ts';
import type { TicketPayment } from './ticket-payment.ts';

/** Writes a payment as `net.Payment` of go-livepeer: in base64, the header `Livepeer-Payment`. */
export function encodeTicketPayment({ params, sender, tickets, expectedPrice }: TicketPayment): Uint8Array {
  const writer = new BinaryWriter();
  writer.uint32(10).bytes(encodeTicketParams(params));
  writer.uint32(18).bytes(sender);
  writer.uint32(26).bytes(encodeTicketRound(params));
  for (const { senderNonce, signature } of tickets) {
    writer.uint32(34).fork();
    if (senderNonce !== 0) writer.uint32(8).uint32(senderNonce);
    writer.uint32(18).bytes(signature).join();
  }
  if (expectedPrice !== undefined) {
    writer.uint32(42).fork();
    if (expectedPrice.numerator !== 0n) writer.uint32(8).int64(expectedPrice.numerator);
    writer.uint32(16).int64(expectedPrice.denominator).join();
  }
  return writer.finish();
}
