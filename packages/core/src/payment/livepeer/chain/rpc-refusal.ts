/** What the chain itself answers to a call that it refuses, a revert for example. Another URL would say the same. */
export class RpcRefusal extends Error {
  readonly code: number;

  constructor(message: string, code: number) {
    super(message);
    this.code = code;
  }

  /** The contract's own words, without the node's. */
  get reason(): string {
    return this.message
      .replace(/^.*?(execution reverted|revert(ed)?):? ?/i, '')
      .replace(/^$/, 'it reverts without a reason');
  }
}
