/** Where the bytes of an input come from. */
export type BlobOrigin =
  | { readonly type: 'file'; readonly path: string }
  | { readonly type: 'bytes'; readonly data: Uint8Array }
  | { readonly type: 'stream'; readonly data: AsyncIterable<Uint8Array> }
  | { readonly type: 'uri'; readonly uri: string };

/** Bytes to put anywhere in an input where the capability takes a blob. Made by `fileBlob`, `bytesBlob`, `streamBlob`, `uriBlob`. */
export class BlobInput {
  readonly origin: BlobOrigin;
  readonly mediaType: string | undefined;

  constructor(origin: BlobOrigin, mediaType: string | undefined) {
    this.origin = origin;
    this.mediaType = mediaType;
  }
}
