import { z } from 'zod';
import { assertNever } from '../../../primitives/assert-never.ts';
import type { SigningRequest } from '../signer.ts';
import type { TypedData, TypedValue } from '../typed-data.ts';

/** What one call may sign: as many tickets as one payment holds. */
export const SIGNATURES_MAX = 600;

const bytes = (most: number) =>
  z
    .string()
    .max(2 + 2 * most)
    .regex(/^0x([0-9a-f]{2})*$/)
    .transform((text) => new Uint8Array(Buffer.from(text.slice(2), 'hex')));

const name = z.string().max(200);
const typedValue: z.ZodType<TypedValue> = z.lazy(() =>
  z.union([z.string(), z.boolean(), z.array(typedValue), z.record(z.string(), typedValue)]),
);

const typedDataSchema = z.strictObject({
  domain: z.strictObject({
    name: name.optional(),
    version: name.optional(),
    chainId: z
      .string()
      .regex(/^\d{1,78}$/)
      .transform(BigInt)
      .optional(),
    verifyingContract: name.optional(),
  }),
  types: z.record(name, z.array(z.strictObject({ name, type: name })).max(100)),
  primaryType: name,
  message: z.record(z.string(), typedValue),
});

/** The body of `POST /v1/sign`. */
export const signBodySchema = z.strictObject({
  requests: z
    .array(
      z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('message'), message: z.string().max(10_000) }),
        z.strictObject({ kind: z.literal('typed-data'), data: typedDataSchema }),
        z.strictObject({ kind: z.literal('ticket'), ticket: bytes(1024) }),
        z.strictObject({ kind: z.literal('transaction'), transaction: bytes(128 * 1024) }),
      ]),
    )
    .min(1)
    .max(SIGNATURES_MAX),
});

/** The answer to `GET /v1/signer`. */
export const signerInfoSchema = z.object({
  protocol: z.literal('byoc.signer.v1'),
  address: z.string().regex(/^0x[0-9a-fA-F]{40}$/),
});

/** The answer to `POST /v1/sign`. */
export const signaturesSchema = z.object({ signatures: z.array(bytes(65)) });

/** Writes a request as JSON has it: bytes as hex, numbers as decimal text. */
export function encodeSigningRequest(request: SigningRequest): unknown {
  switch (request.kind) {
    case 'message':
      return request;
    case 'typed-data':
      return { kind: request.kind, data: encodeTypedData(request.data) };
    case 'ticket':
      return { kind: request.kind, ticket: toHex(request.ticket) };
    case 'transaction':
      return { kind: request.kind, transaction: toHex(request.transaction) };
    default:
      return assertNever(request);
  }
}

function encodeTypedData(data: TypedData): unknown {
  const text = JSON.stringify(data, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
  return JSON.parse(text);
}

function toHex(data: Uint8Array): string {
  return `0x${Buffer.from(data).toString('hex')}`;
}
