import type { Address } from '../chain/livepeer-network.ts';

/** A contract that transactions may call. */
export interface AllowedContract {
  readonly address: Address;
  /** The first four bytes of the calls that are allowed, as `0x` and 8 hex digits. @default every call */
  readonly selectors?: readonly string[] | undefined;
}

/** What a signer service signs for its callers. What is not named here is refused. */
export interface SigningPolicy {
  /**
   * First lines of the texts that are signed. An identity has to be that of the key itself.
   *
   * @default ["BYOC orchestrator identity v1", "BYOC quote v1"]
   */
  readonly texts?: readonly string[] | undefined;
  /** Names of the EIP-712 domains that are signed; none with a contract. @default ["BYOC receipt"] */
  readonly typedData?: readonly string[] | undefined;
  /** What all tickets of a day (UTC) may be worth on average, wei: face value × probability. @default 0n: no ticket */
  readonly ticketsWeiPerDay?: bigint | undefined;
  /** @default no transaction */
  readonly transactions?:
    | {
        readonly chainId: number;
        readonly contracts: readonly AllowedContract[];
        /** What all transactions of a day (UTC) may cost, wei: value and highest gas. */
        readonly weiPerDay: bigint;
      }
    | undefined;
}

/** What was signed on one day. */
export interface DaySpend {
  /** UTC, `2026-01-31`. */
  readonly day: string;
  readonly ticketsWei: bigint;
  readonly transactionsWei: bigint;
}

/** A transaction, as far as a policy looks at it. */
export interface SeenTransaction {
  readonly chainId: number;
  /** Absent for one that makes a contract. */
  readonly to: string | undefined;
  /** `0x` and hex digits. */
  readonly data: string;
  /** Value and highest gas together. */
  readonly costMaxWei: bigint;
}
