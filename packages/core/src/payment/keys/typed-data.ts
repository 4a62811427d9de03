/** A field of an EIP-712 type: `string`, `bytes`, `bytes32`, `bool`, `address`, `uint256`, another type, or a list of one (`Meter[]`). */
export interface TypedField {
  readonly name: string;
  readonly type: string;
}

/** A value of typed data. Numbers are bigints or decimal text; bytes and addresses are `0x` and hex digits. */
export type TypedValue = string | bigint | boolean | readonly TypedValue[] | { readonly [field: string]: TypedValue };

/** EIP-712 typed data, in the form that wallets and viem take. */
export interface TypedData {
  readonly domain: {
    readonly name?: string | undefined;
    readonly version?: string | undefined;
    readonly chainId?: bigint | undefined;
    readonly verifyingContract?: string | undefined;
  };
  readonly types: Readonly<Record<string, readonly TypedField[]>>;
  readonly primaryType: string;
  readonly message: Readonly<Record<string, TypedValue>>;
}
