import type { Adapter } from './read-adapter.ts';

/** An adapter, and how much it counts. */
export interface WeighedAdapter {
  readonly adapter: Adapter;
  readonly weight: number;
}
