import { imageServerFailures } from './image-server-failures.ts';

/** The bytes of a picture that came as a text, with `data:…;base64,` before it or not. @throws ImageFailure server-garbled */
export function decodeBase64(text: string): Uint8Array {
  const plain = text.replace(/^data:[^,]*,/, '');
  // Node reads over whatever is no base64; a page of HTML must not pass.
  if (plain === '' || !/^[A-Za-z0-9+/_\s-]+={0,2}\s*$/.test(plain))
    throw imageServerFailures.garbled(`a picture that is no base64, ${JSON.stringify(plain.slice(0, 40))}`);
  return new Uint8Array(Buffer.from(plain, 'base64'));
}
