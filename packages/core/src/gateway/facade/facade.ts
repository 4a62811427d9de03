/** A way into a gateway over HTTP, in the words of the Fetch standard: no server, no framework. */
export interface Facade {
  /** For logs, for example `openai`. */
  readonly name: string;
  /** First segment of the paths that it answers, for example `/v1`. No two façades of a server share one. */
  readonly path: `/${string}`;
  /**
   * Answers a request. `request.signal` is aborted when the client has gone. Never rejects: what goes wrong is an answer in
   * the façade's own shape.
   */
  handle(request: Request): Promise<Response>;
}
