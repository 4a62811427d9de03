/** Fails to compile where a switch has forgotten a case, and throws where untyped data slipped in. */
export function assertNever(value: never): never {
  throw new TypeError(`unexpected value: ${JSON.stringify(value)}`);
}
