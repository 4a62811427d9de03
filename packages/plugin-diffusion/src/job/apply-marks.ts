import { sniffFormat } from '../image/sniff-format.ts';
import type { MarkedPicture, PictureMark } from './picture-mark.ts';

/** A picture's file with its marks in it, applied in their order. @throws Error when one makes no file of the same format */
export async function applyMarks(
  file: Uint8Array,
  marks: readonly PictureMark[],
  picture: MarkedPicture,
): Promise<Uint8Array> {
  let marked = file;
  for (const mark of marks) {
    marked = await mark.apply(marked, picture);
    if (sniffFormat(marked) !== picture.format)
      throw new Error(`the mark \`${mark.name}\` made no ${picture.format} of a ${picture.format}`);
  }
  return marked;
}

/** What a result says of them: nothing where there are none. */
export function namesOfMarks(marks: readonly PictureMark[]): { readonly marks?: string[] } {
  return marks.length === 0 ? {} : { marks: marks.map(({ name }) => name) };
}
