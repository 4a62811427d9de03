import { describe, expect, it } from 'vitest';
import { PictureScan } from './picture-scan.ts';

/** Packets at 25 frames a second, in decoding order: the number of the picture, `K` for a keyframe. */
function scan(packets: string, more: readonly string[] = []): PictureScan {
  const one = new PictureScan({ num: 25, den: 1 });
  one.line('#tb 0: 1/12800');
  for (const packet of packets.split(' ')) {
    const flags = packet.endsWith('K') ? '' : ', F=0x0';
    one.line(`0, 0, ${Math.round(Number.parseFloat(packet) * 512)}, 512, 999, 0x12345678${flags}, S=1, 1`);
  }
  for (const line of more) one.line(line);
  one.end();
  return one;
}

describe('PictureScan', () => {
  it('finds where a file can be cut: closed groups of pictures, without a gap before', () => {
    expect(scan('0K 2 1 3 4K 6 5 7 9K 10').index()).toEqual({
      packets: 10,
      startSeconds: 0,
      pictures: 11,
      keyframes: [
        { packet: 0, picture: 0, clean: true },
        { packet: 4, picture: 4, clean: true },
        { packet: 8, picture: 9, clean: false },
      ],
    });
  });

  it('finds open groups of pictures: something shown before a keyframe comes after it', () => {
    const [, open] = scan('0K 1 4K 2 3 5').index().keyframes;
    expect(open).toEqual({ packet: 2, picture: 4, clean: false });
  });

  it('tells when the first picture is shown', () => {
    expect(scan('5K 6 7').index()).toMatchObject({ startSeconds: 0.2, pictures: 3 });
  });

  it('forgives times that were rounded, and counts no sound', () => {
    const one = scan('0K 1.05 1.97 3', ['1, 0, 999, 1024, 5, 0x1']);
    expect([one.unsuitable, one.index().packets]).toEqual([undefined, 4]);
  });

  it.each([
    ['its frame rate varies', '0K 1 2.4 3'],
    ['its frame rate varies', '0K 1 3 5 6 8'],
    ['several of its pictures have the same time', '0K 1 3 2 3'],
    ['it does not start with a keyframe', '0 1K'],
    ['pictures come before its first keyframe', '2K 0 1'],
  ])('says that %s', (reason, packets) => {
    expect(scan(packets).unsuitable).toBe(reason);
  });

  it.each([
    ['its pictures have no times', '0, 0, -9223372036854775808, 512, 9, 0x1'],
    ['an edit list hides some of its pictures', '0, 0, 512, 512, 9, 0x1, F=0x5'],
    ['it is damaged', '0, 0, 512, 512, 9, 0x1, F=0x2'],
  ])('says that %s', (reason, line) => {
    expect(scan('0K', [line]).unsuitable).toBe(reason);
  });
});
