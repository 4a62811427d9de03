/** The smallest network there is, `y = x` for two floats, as the bytes of an ONNX file (IR 8, opset 13). */
export function identityNetwork(): Uint8Array {
  const text = (field: number, value: string) => block(field, new TextEncoder().encode(value));
  const value = (name: string) => [
    ...text(1, name),
    ...block(2, block(1, [...int(1, 1), ...block(2, block(1, int(1, 2)))])),
  ];
  const node = [...text(1, 'x'), ...text(2, 'y'), ...text(4, 'Identity')];
  const graph = [...block(1, node), ...text(2, 'identity'), ...block(11, value('x')), ...block(12, value('y'))];
  return new Uint8Array([...int(1, 8), ...block(7, graph), ...block(8, int(2, 13))]);
}

function int(field: number, value: number): number[] {
  return [field << 3, value];
}

/** A field of bytes, shorter than 128. */
function block(field: number, bytes: ArrayLike<number>): number[] {
  return [(field << 3) | 2, bytes.length, ...Array.from(bytes)];
}
