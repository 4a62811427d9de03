/** Which offers will do. */
export interface OfferFilter {
  /** `namespace/name`, with a version or a range. @default every capability */
  readonly capability?: string | undefined;
  /** Labels of the offer or its orchestrator that must be equal. */
  readonly where?: Readonly<Record<string, string>> | undefined;
  /** A model that the offer must name. One that names none, as a plugin does before it has started, passes. @default any */
  readonly model?: string | undefined;
  /** Wei for one unit of a meter at most, by meter. An unpriced meter is free. */
  readonly maxPrice?: Readonly<Record<string, bigint | string>> | undefined;
  /** ETH address or URL of the only orchestrator that will do. */
  readonly orchestrator?: string | undefined;
  /** @default 'score': price, latency, success rate, warmth and free slots together */
  readonly orderBy?: 'score' | 'price' | 'latency' | 'warmth' | undefined;
}
