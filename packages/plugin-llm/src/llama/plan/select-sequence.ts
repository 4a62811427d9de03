/** A place in the context that a prompt can be evaluated in. */
export interface SequenceState {
  /** Whose tokens it holds; undefined when nobody may meet them again. */
  readonly caller: string | undefined;
  readonly busy: boolean;
  /** Tokens it holds. */
  readonly tokens: number;
  /** How many of them, from the first, the new prompt begins with. */
  readonly shared: number;
  /** When it was last used: larger is later. */
  readonly usedAt: number;
}

/**
 * Selects the place for a prompt: one of the same caller that already holds most of what it holds for this prompt, else an
 * empty one, else the one that was not used for longest. Undefined when all are busy.
 */
export function selectSequence(
  states: readonly SequenceState[],
  caller: string | undefined,
): { index: number; keepsTokens: boolean } | undefined {
  const free = states.map((state, index) => ({ ...state, index })).filter(({ busy }) => !busy);
  const own = free.filter((state) => caller !== undefined && state.caller === caller && state.shared > 0);
  const [best] = own.toSorted((a, b) => b.shared - a.shared);
  const empty = free.find(({ tokens }) => tokens === 0);
  // A prompt that shares only its beginning is another conversation: both keep what they have, while there is room.
  if (best !== undefined && (empty === undefined || best.shared * 2 >= best.tokens))
    return { index: best.index, keepsTokens: true };
  const [oldest] = free.toSorted((a, b) => a.usedAt - b.usedAt);
  const chosen = empty ?? oldest;
  return chosen === undefined ? undefined : { index: chosen.index, keepsTokens: false };
}
