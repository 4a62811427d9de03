/** Who may be asked: an orchestrator's address on the network. */
export interface OrchestratorTarget {
  /** `https://host:port`. */
  readonly url: string;
  /** The ETH address it must prove to have. @default any */
  readonly address?: string | undefined;
}

/** Says who the orchestrators are. Each item is the whole list; the latest counts. */
export interface Source {
  /** For logs, for example `static`. */
  readonly name: string;
  /** The list now, then every change. May end. */
  targets(options: { signal: AbortSignal }): AsyncIterable<readonly OrchestratorTarget[]>;
}
