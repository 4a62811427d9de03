import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { plainLayer } from './adapter-keys.ts';

/** Where a layer's numbers lie. */
export interface OnnxWeight {
  readonly name: string;
  readonly dims: readonly number[];
  /** ONNX's number of the element type: 1 is float32, 10 float16. */
  readonly dataType: number;
  /** Columns first: the network multiplies with it from the right. */
  readonly isTransposed: boolean;
  /** `file` is undefined within the network's own file; the place as well where the numbers are in no plain form. */
  readonly place: { readonly file: string | undefined; readonly offset: number; readonly length: number } | undefined;
  /** How many layers use it. */
  uses: number;
}

/** The layers of a network. */
export interface OnnxWeights {
  /** By its path in plain form; undefined for a layer whose weight is computed, as that of a quantised one is. */
  readonly layers: ReadonlyMap<string, OnnxWeight | undefined>;
  /** Names of the files beside it that hold numbers. */
  readonly files: ReadonlySet<string>;
}

interface Node {
  readonly inputs: string[];
  readonly outputs: string[];
  name: string;
  operator: string;
  isTransposed: boolean;
}

type Tensor = Omit<OnnxWeight, 'isTransposed' | 'uses'>;

/** Reads which layers a network has and where their weights lie, by what onnx.proto says. Everything else is skipped. */
export function readOnnxWeights(bytes: Uint8Array): OnnxWeights {
  const nodes: Node[] = [];
  const tensors = new Map<string, Tensor>();
  const readGraph = (graph: Uint8Array) =>
    eachField(graph, (field, reader, wireType) => {
      if (field === 1) nodes.push(readNode(reader.bytes()));
      else if (field === 5) {
        const tensor = readTensor(reader.bytes(), bytes);
        tensors.set(tensor.name, tensor);
      } else reader.skip(wireType);
    });
  eachField(bytes, (field, reader, wireType) => {
    if (field === 7) readGraph(reader.bytes());
    else reader.skip(wireType);
  });
  const files = new Set([...tensors.values()].flatMap(({ place }) => place?.file ?? []));
  return { layers: layersOf(nodes, tensors), files };
}

function layersOf(nodes: readonly Node[], tensors: ReadonlyMap<string, Tensor>): Map<string, OnnxWeight | undefined> {
  const turned = new Map<string, string>();
  for (const { operator, inputs, outputs } of nodes)
    if (operator === 'Transpose') turned.set(outputs[0] ?? '', inputs[0] ?? '');
  const found: { readonly path: string; readonly weight: OnnxWeight | undefined }[] = [];
  const known = new Map<string, OnnxWeight>();
  for (const { operator, name, inputs, isTransposed } of nodes) {
    const [, input = ''] = inputs;
    const isLayer = /^(?:MatMul|Gemm|Conv)/.test(operator);
    if (!isLayer) continue;
    const source = turned.get(input);
    const tensor = tensors.get(source ?? input);
    const paths = [
      name.split('/').slice(0, -1).join('/'),
      ...(tensor === undefined ? [] : [layerOfTensor(tensor.name)]),
    ];
    const columnsFirst = operator === 'MatMul' || (operator === 'Gemm' && !isTransposed);
    const weight =
      tensor &&
      (known.get(tensor.name) ?? { ...tensor, isTransposed: columnsFirst !== (source !== undefined), uses: 0 });
    if (weight !== undefined) {
      weight.uses += 1;
      known.set(weight.name, weight);
    }
    for (const path of paths) if (path !== '') found.push({ path: path.replace(/^\//, ''), weight });
  }
  // Exports of a wrapped network have the wrapper's name before every path.
  const wrapper = found[0]?.path.split(/[./]/)[0] ?? '';
  const isWrapped = found.every(({ path }) => path.split(/[./]/)[0] === wrapper);
  const layers = new Map<string, OnnxWeight | undefined>();
  for (const { path, weight } of found)
    for (const one of isWrapped ? [path, path.slice(wrapper.length + 1)] : [path]) {
      const layer = plainLayer(one);
      // Products of two computed values are within a layer's path as well.
      if (weight !== undefined || !layers.has(layer)) layers.set(layer, weight);
    }
  return layers;
}

/** `onnx::MatMul_12` says nothing; `down_blocks.0.conv.weight` does. */
function layerOfTensor(name: string): string {
  return name.endsWith('.weight') ? name.slice(0, -'.weight'.length) : '';
}

function readNode(bytes: Uint8Array): Node {
  const node: Node = { inputs: [], outputs: [], name: '', operator: '', isTransposed: false };
  eachField(bytes, (field, reader, wireType) => {
    if (field === 1) node.inputs.push(reader.string());
    else if (field === 2) node.outputs.push(reader.string());
    else if (field === 3) node.name = reader.string();
    else if (field === 4) node.operator = reader.string();
    else if (field === 5) node.isTransposed ||= isTransB(reader.bytes());
    else reader.skip(wireType);
  });
  return node;
}

function isTransB(bytes: Uint8Array): boolean {
  let [name, value] = ['', 0];
  eachField(bytes, (field, reader, wireType) => {
    if (field === 1) name = reader.string();
    else if (field === 3) value = Number(reader.int64());
    else reader.skip(wireType);
  });
  return name === 'transB' && value === 1;
}

function readTensor(bytes: Uint8Array, whole: Uint8Array): Tensor {
  const dims: number[] = [];
  const external = new Map<string, string>();
  let [name, dataType] = ['', 0];
  let raw: Uint8Array | undefined;
  eachField(bytes, (field, reader, wireType) => {
    if (field === 1 && wireType === WireType.LengthDelimited) {
      const packed = new BinaryReader(reader.bytes());
      while (packed.pos < packed.len) dims.push(Number(packed.int64()));
    } else if (field === 1) dims.push(Number(reader.int64()));
    else if (field === 2) dataType = reader.int32();
    else if (field === 8) name = reader.string();
    // Floats in a list lie there as raw ones do.
    else if (field === 9 || (field === 4 && wireType === WireType.LengthDelimited)) raw = reader.bytes();
    else if (field === 13) {
      const [key, value] = readPair(reader.bytes());
      external.set(key, value);
    } else reader.skip(wireType);
  });
  const file = external.get('location');
  const count = dims.reduce((product, side) => product * side, 1);
  const place =
    file !== undefined
      ? {
          file,
          offset: Number(external.get('offset') ?? 0),
          length: Number(external.get('length') ?? count * (dataType === 10 ? 2 : 4)),
        }
      : raw && { file: undefined, offset: raw.byteOffset - whole.byteOffset, length: raw.length };
  return { name, dims, dataType, place };
}

function readPair(bytes: Uint8Array): [string, string] {
  let [key, value] = ['', ''];
  eachField(bytes, (field, reader, wireType) => {
    if (field === 1) key = reader.string();
    else if (field === 2) value = reader.string();
    else reader.skip(wireType);
  });
  return [key, value];
}

/** Calls `read` for each field; it takes or skips the value. Bytes are views of the message. */
function eachField(bytes: Uint8Array, read: (field: number, reader: BinaryReader, wireType: WireType) => void): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    read(field, reader, wireType);
  }
}
