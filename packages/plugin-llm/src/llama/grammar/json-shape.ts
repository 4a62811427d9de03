/** What JSON may look like: the part of JSON Schema that a grammar can hold a model to. */
export type JsonShape =
  | { readonly kind: 'any' | 'any-object' | 'boolean' | 'null' | 'number' }
  | { readonly kind: 'integer'; readonly min: bigint; readonly max: bigint }
  | { readonly kind: 'string'; readonly min: number; readonly max: number | undefined }
  | { readonly kind: 'text-format'; readonly format: TextFormat }
  /** One of these values, written as JSON. */
  | { readonly kind: 'literal'; readonly texts: readonly string[] }
  | {
      readonly kind: 'object';
      readonly properties: readonly { readonly key: string; readonly value: JsonShape; readonly required: boolean }[];
    }
  | { readonly kind: 'map'; readonly values: JsonShape; readonly min: 0 | 1; readonly max: number | undefined }
  | {
      readonly kind: 'array';
      readonly first: readonly JsonShape[];
      /** Of items after `first`; undefined when there are none. */
      readonly rest: JsonShape | undefined;
      readonly min: number;
      readonly max: number | undefined;
    }
  | { readonly kind: 'union'; readonly forms: readonly JsonShape[] };

export type TextFormat = 'date' | 'time' | 'date-time' | 'uuid';
