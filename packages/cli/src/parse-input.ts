import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ByocError, type JsonObject, type JsonValue } from '@byoc/core';
import { fileBlob } from '@byoc/core/gateway';

/**
 * Builds a capability input from `--input` arguments: `key=value`, `a.b.0=value`, or `@file.json` for a whole object.
 * A value that reads as JSON is taken as such, anything else as text; later arguments win.
 *
 * @throws ByocError INPUT_ARGUMENT_INVALID
 */
export function parseInput(args: readonly string[]): JsonObject {
  let input: JsonObject = {};
  for (const arg of args) {
    if (arg.startsWith('@')) {
      input = { ...input, ...readObject(arg) };
      continue;
    }
    const equals = arg.indexOf('=');
    if (equals < 1) throw invalid(arg, 'it is neither `key=value` nor `@file.json`');
    setPath(input, arg.slice(0, equals), parseValue(arg.slice(equals + 1)), arg);
  }
  return input;
}

/** Puts a value at a dotted path; numbers index arrays. */
function setPath(target: JsonObject, path: string, value: unknown, arg: string): void {
  const keys = path.split('.');
  let node: unknown = target;
  keys.forEach((key, index) => {
    if (key === '' || key === '__proto__') throw invalid(arg, `\`${path}\` is not a path`);
    if (node === null || typeof node !== 'object')
      throw invalid(arg, `\`${keys.slice(0, index).join('.')}\` has a value already`);
    const record = node as Record<string, unknown>;
    if (Array.isArray(node) && !/^\d{1,4}$/.test(key)) throw invalid(arg, `\`${key}\` is not an index`);
    if (index === keys.length - 1) record[key] = value;
    else record[key] ??= /^\d{1,4}$/.test(keys[index + 1] ?? '') ? [] : {};
    node = record[key];
  });
}

function parseValue(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}

function readObject(arg: string): JsonObject {
  try {
    const value: unknown = JSON.parse(readFileSync(arg === '@-' ? 0 : arg.slice(1), 'utf8'));
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value as JsonObject;
  } catch (error) {
    throw invalid(arg, error instanceof Error ? error.message : String(error));
  }
  throw invalid(arg, 'it does not hold a JSON object');
}

function invalid(argument: string, reason: string): ByocError {
  return new ByocError('INPUT_ARGUMENT_INVALID', { argument, reason });
}

/** Puts the file of a `--file` argument (`key=path`) into an input. @throws ByocError INPUT_ARGUMENT_INVALID */
export function addFile(input: JsonObject, argument: string): void {
  const equals = argument.indexOf('=');
  if (equals < 1) throw new ByocError('INPUT_ARGUMENT_INVALID', { argument, reason: 'a file looks like `key=path`' });
  setPath(input, argument.slice(0, equals), fileBlob(resolve(argument.slice(equals + 1))), argument);
}
