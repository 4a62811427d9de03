const HEAD = 8;

/** Cuts a stream of MP4 into its top boxes, as they come in pieces of any size. */
export function createBoxSplitter(onBox: (type: string, box: Buffer) => void): (data: Buffer) => void {
  let pieces: Buffer[] = [];
  let held = 0;
  let wanted = HEAD;
  return (data) => {
    pieces.push(data);
    held += data.length;
    while (held >= wanted) {
      const all = pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
      const size = all.readUInt32BE(0);
      if (size < HEAD) throw new RangeError(`a box has the size ${size}`);
      if (all.length < size) {
        pieces = [all];
        wanted = size;
        return;
      }
      onBox(all.toString('latin1', 4, HEAD), all.subarray(0, size));
      const rest = all.subarray(size);
      pieces = rest.length === 0 ? [] : [rest];
      held = rest.length;
      wanted = HEAD;
    }
  };
}
