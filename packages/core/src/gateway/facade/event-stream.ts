/**
 * Makes a body of server-sent events of values, each as JSON. A text is sent as it is, for ends such as `[DONE]`. It reads from
 * `values` only as fast as the client does; a client that goes is told to `onCancel` and ends the iteration. `nameOf` gives events their
 * names, where the API that is spoken has some.
 */
export function eventStream(
  values: AsyncGenerator<unknown, void, undefined>,
  { onCancel, nameOf }: { onCancel: () => void; nameOf?: (value: unknown) => string },
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await values.next();
        if (done) controller.close();
        else {
          const name = nameOf === undefined ? '' : `event: ${nameOf(value)}\n`;
          const data = typeof value === 'string' ? value : JSON.stringify(value);
          controller.enqueue(encoder.encode(`${name}data: ${data}\n\n`));
        }
      },
      async cancel() {
        // First, so that a value that is waited for comes to its end.
        onCancel();
        await values.return();
      },
    },
    { highWaterMark: 0 },
  );
}
