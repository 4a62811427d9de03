/** What a mark may know of the picture. */
export interface MarkedPicture {
  readonly jobId: string;
  readonly format: 'png' | 'jpeg' | 'webp';
  readonly width: number;
  readonly height: number;
  /** Undefined for a picture that was enlarged. */
  readonly seed: number | undefined;
  /** By name, and by the sha256 of its files. */
  readonly model: { readonly name: string; readonly digest: string };
  readonly signal: AbortSignal;
}

/**
 * Puts something into a picture's file that says where it comes from, for example a C2PA manifest or an invisible watermark. None comes
 * with this package. It is applied before the file is hashed, so that receipts and provenance are of the marked file.
 */
export interface PictureMark {
  /** Told in the result, for example `c2pa`. */
  readonly name: string;
  /** Gives the file that takes the place of `file`, of the same format. What it throws fails the job: no picture leaves unmarked. */
  apply(file: Uint8Array, picture: MarkedPicture): Promise<Uint8Array>;
}
