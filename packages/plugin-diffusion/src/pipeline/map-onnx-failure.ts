import { type FailureReason, ImageFailure } from '../model/image-failure.ts';
import { OnnxFailure } from '../runtime/onnx-runtime.ts';

/** Where it failed. */
export interface OnnxPlace {
  /** Of the model. */
  readonly name: string;
  /** Its network. */
  readonly part: string;
  readonly isLoading: boolean;
}

interface Row {
  readonly when: RegExp;
  readonly reason: FailureReason;
  readonly what: string;
  readonly hint: string;
}

const FETCH_AGAIN = 'Fetch or export the model again.';

/** ONNX Runtime's words, and what they mean. The first row that fits counts. */
const ROWS: readonly Row[] = [
  {
    when: /bad_alloc|out of memory|failed to allocate|BFCArena|CUDA_ERROR_OUT_OF_MEMORY|CUBLAS_STATUS_ALLOC_FAILED/i,
    reason: 'out-of-memory',
    what: 'ran out of memory',
    hint: 'Ask for a smaller picture, or choose another offer.',
  },
  {
    when: /operator \(Resize\)|tensor\(float16\).*Resize/i,
    reason: 'model-operator-missing',
    what: 'was converted to float16 in a way that no runtime loads: the scales of a Resize must stay float32',
    hint: 'Convert it again with Resize left out, or put a Cast to float32 before its scales.',
  },
  {
    when: /no op registered|not a registered function\/op|could not find an implementation|no schema registered|opset \d+ is under development|not implemented/i,
    reason: 'model-operator-missing',
    what: 'has an operator that this ONNX Runtime lacks',
    hint: 'Export it with a lower opset, or choose an offer with a newer engine.',
  },
  {
    when: /protobuf parsing failed|external data|model_data|onnx_data|invalid model|ModelProto does not have a graph|deserialize|out of bounds|End of file|GetFileLength|NO_SUCHFILE/i,
    reason: 'model-truncated',
    what: 'is cut off or broken',
    hint: FETCH_AGAIN,
  },
  {
    when: /invalid dimensions|unexpected input data type|got invalid|required input|INVALID_ARGUMENT|shape mismatch|dimensions? .*match|non-zero status code/i,
    reason: 'model-unfit',
    what: 'does not fit the other parts of the model, or the size asked for',
    hint: 'Ask for the size that the model was made for, or take a model whose parts belong together.',
  },
];

/** Says in words why a network can't be loaded or run. Other errors stay as they are. */
export function mapOnnxFailure(error: unknown, { name, part, isLoading }: OnnxPlace): unknown {
  if (!(error instanceof OnnxFailure)) return error;
  const row = ROWS.find(({ when }) => when.test(error.message));
  // Paths of this machine are nobody's business.
  const said =
    error.message
      .split('\n', 1)[0]
      ?.replace(/Load model from .*? failed: ?/, '')
      .slice(0, 300) ?? '';
  const facts = row ?? {
    reason: isLoading ? ('model-truncated' as const) : ('engine-failed' as const),
    what: isLoading ? "can't be loaded" : 'failed',
    hint: isLoading ? FETCH_AGAIN : 'Try again, or choose another offer.',
  };
  return new ImageFailure(
    {
      reason: facts.reason,
      message: `\`${part}\` of the model \`${name}\` ${facts.what} (${said})`,
      hint: facts.hint,
      recovery: 'retry-other',
    },
    { cause: error },
  );
}
