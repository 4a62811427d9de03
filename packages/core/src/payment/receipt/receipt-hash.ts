import { keccak_256 } from '@noble/hashes/sha3.js';
import { concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Receipt } from './receipt.ts';
import { receiptMessage, type TypedValue } from './receipt-message.ts';
import { receiptDomain, receiptTypes, type TypedField } from './receipt-types.ts';

/** What is signed for a receipt: its EIP-712 hash, 32 bytes. */
export function receiptHash(receipt: Receipt): Uint8Array {
  return keccak_256(concatBytes(hexToBytes('1901'), domainHash(), structHash('Receipt', receiptMessage(receipt))));
}

function domainHash(): Uint8Array {
  const type = keccak_256(utf8ToBytes('EIP712Domain(string name,string version)'));
  const { name, version } = receiptDomain;
  return keccak_256(concatBytes(type, keccak_256(utf8ToBytes(name)), keccak_256(utf8ToBytes(version))));
}

function structHash(name: keyof typeof receiptTypes, value: Readonly<Record<string, TypedValue>>): Uint8Array {
  const fields = receiptTypes[name].map((field) => encodeField(field, value[field.name] as TypedValue));
  return keccak_256(concatBytes(keccak_256(utf8ToBytes(encodeType(name))), ...fields));
}

/** `Receipt(…)Meter(…)Price(…)`: the type, then those it refers to, by name. */
function encodeType(name: keyof typeof receiptTypes): string {
  const write = (type: keyof typeof receiptTypes) =>
    `${type}(${receiptTypes[type].map((field) => `${field.type} ${field.name}`).join(',')})`;
  return name === 'Receipt' ? `${write('Receipt')}${write('Meter')}${write('Price')}` : write(name);
}

function encodeField({ type }: TypedField, value: TypedValue): Uint8Array {
  if (type === 'string') return keccak_256(utf8ToBytes(value as string));
  if (type === 'bytes32[]') return keccak_256(concatBytes(...(value as readonly string[]).map(word)));
  if (type === 'Meter[]' || type === 'Price[]') {
    const rows = value as readonly Readonly<Record<string, string | bigint>>[];
    return keccak_256(concatBytes(...rows.map((row) => structHash(type === 'Meter[]' ? 'Meter' : 'Price', row))));
  }
  return word(value as string | bigint);
}

/** A number, an address or a digest as 32 bytes. */
function word(value: string | bigint): Uint8Array {
  const hex = typeof value === 'bigint' ? value.toString(16) : value.slice(2);
  if (hex.length > 64) throw new RangeError(`${value} does not fit into 256 bits`);
  return hexToBytes(hex.padStart(64, '0'));
}
