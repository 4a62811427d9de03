/** The size of a picture that is enlarged, pixels: as the capability's estimate has it. */
export function enlargedSize(
  { width, height }: { readonly width: number; readonly height: number },
  scale: number,
): { readonly width: number; readonly height: number } {
  const side = (pixels: number) => Math.max(1, Math.floor(pixels * scale + 0.5));
  return { width: side(width), height: side(height) };
}
