import { BinaryReader } from '@bufbuild/protobuf/wire';

/** One proto file as reflection serves it. */
export interface DescriptorFile {
  readonly name: string;
  readonly dependencies: readonly string[];
  /** Its FileDescriptorProto. */
  readonly bytes: Uint8Array;
}

/** Finds proto files by name and by what they define. */
export interface DescriptorIndex {
  byName(name: string): DescriptorFile | undefined;
  /** By the full name of a service, method, message, field or enum. */
  bySymbol(symbol: string): DescriptorFile | undefined;
}

/** Field numbers of google/protobuf/descriptor.proto, as far as they are needed. */
const FILE = { name: 1, package: 2, dependency: 3, messages: [4], enums: [5], services: [6] };
const MESSAGE = { name: 1, fields: 2, nested: 3, enums: 4 };
const NAMED = { name: 1, members: 2 };

/** Reads a FileDescriptorSet. */
export function createDescriptorIndex(descriptorSet: Uint8Array): DescriptorIndex {
  const files = new Map<string, DescriptorFile>();
  const symbols = new Map<string, DescriptorFile>();
  for (const bytes of fieldsOf(descriptorSet, 1)) {
    const file: DescriptorFile = {
      name: textOf(bytes, FILE.name),
      dependencies: fieldsOf(bytes, FILE.dependency).map((name) => new TextDecoder().decode(name)),
      bytes,
    };
    files.set(file.name, file);
    const scope = textOf(bytes, FILE.package);
    const add = (name: string) => symbols.set(name, file);
    for (const field of FILE.messages) for (const message of fieldsOf(bytes, field)) addMessage(message, scope, add);
    for (const field of [...FILE.enums, ...FILE.services])
      for (const named of fieldsOf(bytes, field)) addNamed(named, scope, add);
  }
  return { byName: (name) => files.get(name), bySymbol: (symbol) => symbols.get(symbol) };
}

function addMessage(bytes: Uint8Array, scope: string, add: (name: string) => void): void {
  const name = `${scope}.${textOf(bytes, MESSAGE.name)}`;
  add(name);
  for (const field of fieldsOf(bytes, MESSAGE.fields)) add(`${name}.${textOf(field, NAMED.name)}`);
  for (const nested of fieldsOf(bytes, MESSAGE.nested)) addMessage(nested, name, add);
  for (const nested of fieldsOf(bytes, MESSAGE.enums)) addNamed(nested, name, add);
}

/** A service with its methods, or an enum with its values. */
function addNamed(bytes: Uint8Array, scope: string, add: (name: string) => void): void {
  const name = `${scope}.${textOf(bytes, NAMED.name)}`;
  add(name);
  for (const member of fieldsOf(bytes, NAMED.members)) add(`${name}.${textOf(member, NAMED.name)}`);
}

function textOf(bytes: Uint8Array, field: number): string {
  const [found] = fieldsOf(bytes, field);
  return found === undefined ? '' : new TextDecoder().decode(found);
}

/** Every length-delimited field of that number. */
function fieldsOf(bytes: Uint8Array, field: number): Uint8Array[] {
  const found: Uint8Array[] = [];
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    if (number === field && type === 2) found.push(reader.bytes());
    else reader.skip(type, number);
  }
  return found;
}
