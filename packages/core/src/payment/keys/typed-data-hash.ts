import { concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import type { CryptoEngine } from './crypto-engine.ts';
import type { TypedData, TypedField, TypedValue } from './typed-data.ts';

type Hash = CryptoEngine['keccak256'];
type Types = TypedData['types'];

const PREFIX = hexToBytes('1901');
const domainFields: readonly TypedField[] = [
  { name: 'name', type: 'string' },
  { name: 'version', type: 'string' },
  { name: 'chainId', type: 'uint256' },
  { name: 'verifyingContract', type: 'address' },
];

/** What is signed for typed data: its EIP-712 hash, 32 bytes. Throws a RangeError when a value does not fit its type. */
export function typedDataHash(keccak256: Hash, { domain, types, primaryType, message }: TypedData): Uint8Array {
  return keccak256(
    concatBytes(PREFIX, domainHash(keccak256, domain), structHash(keccak256, types, primaryType, message)),
  );
}

/** Domains and types are constants of a program: their hashes are the same for every message. */
const domainHashes = new WeakMap<TypedData['domain'], Uint8Array>();
const typeHashes = new WeakMap<Types, Map<string, Uint8Array>>();

function domainHash(keccak256: Hash, domain: TypedData['domain']): Uint8Array {
  let found = domainHashes.get(domain);
  if (found === undefined) {
    const given = domainFields.filter(({ name }) => domain[name as keyof typeof domain] !== undefined);
    const fields = domain as Readonly<Record<string, TypedValue>>;
    found = structHash(keccak256, { EIP712Domain: given }, 'EIP712Domain', fields);
    domainHashes.set(domain, found);
  }
  return found;
}

function typeHash(keccak256: Hash, types: Types, name: string): Uint8Array {
  const known = typeHashes.get(types) ?? new Map<string, Uint8Array>();
  typeHashes.set(types, known);
  const found = known.get(name) ?? keccak256(utf8ToBytes(encodeType(types, name)));
  known.set(name, found);
  return found;
}

function structHash(
  keccak256: Hash,
  types: Types,
  name: string,
  value: Readonly<Record<string, TypedValue>>,
): Uint8Array {
  const fields = fieldsOf(types, name).map((field) => {
    const found = Object.hasOwn(value, field.name) ? value[field.name] : undefined;
    if (found === undefined) throw new RangeError(`\`${name}.${field.name}\` has no value`);
    return encode(keccak256, types, field.type, found);
  });
  return keccak256(concatBytes(typeHash(keccak256, types, name), ...fields));
}

function fieldsOf(types: Types, name: string): readonly TypedField[] {
  const fields = Object.hasOwn(types, name) ? types[name] : undefined;
  if (fields === undefined) throw new RangeError(`there is no type \`${name}\``);
  return fields;
}

/** `Receipt(…)Meter(…)Price(…)`: the type, then those it refers to, by name. */
function encodeType(types: Types, name: string): string {
  const found = new Set<string>();
  const visit = (type: string) => {
    const base = type.replace(/\[.*$/, '');
    if (found.has(base) || !Object.hasOwn(types, base)) return;
    found.add(base);
    for (const field of fieldsOf(types, base)) visit(field.type);
  };
  visit(name);
  found.delete(name);
  return [name, ...[...found].toSorted()]
    .map(
      (type) =>
        `${type}(${fieldsOf(types, type)
          .map((field) => `${field.type} ${field.name}`)
          .join(',')})`,
    )
    .join('');
}

function encode(keccak256: Hash, types: Types, type: string, value: TypedValue): Uint8Array {
  const wrong = () => new RangeError(`a value is no \`${type}\``);
  const list = /^(.*)\[(\d*)\]$/.exec(type);
  if (list !== null) {
    const [, item, count] = list as unknown as [string, string, string];
    if (!Array.isArray(value) || (count !== '' && value.length !== Number(count))) throw wrong();
    return keccak256(concatBytes(...value.map((one: TypedValue) => encode(keccak256, types, item, one))));
  }
  if (Object.hasOwn(types, type)) {
    if (typeof value !== 'object' || Array.isArray(value)) throw wrong();
    return structHash(keccak256, types, type, value as Readonly<Record<string, TypedValue>>);
  }
  if (type === 'bool') {
    if (typeof value !== 'boolean') throw wrong();
    return word(value ? 1n : 0n);
  }
  const number = /^(u?)int(\d{1,3})$/.exec(type);
  if (number !== null) return integer(value, { signed: number[1] === '', bits: Number(number[2]) }, wrong);
  if (typeof value !== 'string') throw wrong();
  if (type === 'string') return keccak256(utf8ToBytes(value));
  const size = type === 'address' ? 20 : Number(/^bytes([1-9]|[12]\d|3[0-2])$/.exec(type)?.[1] ?? 0);
  if (!/^0x([0-9a-fA-F]{2})*$/.test(value)) throw wrong();
  const bytes = hexToBytes(value.slice(2));
  if (type === 'bytes') return keccak256(bytes);
  if (size === 0 || bytes.length !== size) throw wrong();
  const padded = new Uint8Array(32);
  padded.set(bytes, type === 'address' ? 12 : 0);
  return padded;
}

function integer(
  value: TypedValue,
  { signed, bits }: { signed: boolean; bits: number },
  wrong: () => Error,
): Uint8Array {
  if (typeof value !== 'bigint' && !(typeof value === 'string' && /^-?\d{1,78}$/.test(value))) throw wrong();
  const whole = BigInt(value);
  const [from, to] = signed ? [-(2n ** BigInt(bits - 1)), 2n ** BigInt(bits - 1)] : [0n, 2n ** BigInt(bits)];
  if (bits === 0 || bits > 256 || bits % 8 !== 0 || whole < from || whole >= to) throw wrong();
  return word(BigInt.asUintN(256, whole));
}

function word(value: bigint): Uint8Array {
  return hexToBytes(value.toString(16).padStart(64, '0'));
}
