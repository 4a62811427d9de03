import type { DemoImage } from './run-image-demo.ts';

/** A page that shows pictures with their prompts. It needs nothing but the files beside it. */
export function writeContactSheet(
  images: readonly DemoImage[],
  model: { readonly name: string; readonly digest: string },
): string {
  const figures = images.map(
    ({ prompt, file, seed }) =>
      `<figure><img src="${escaped(file)}" alt="${escaped(prompt)}"><figcaption>${escaped(prompt)}<br><small>seed ${seed}</small></figcaption></figure>`,
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>byoc demo image</title>
<style>
  body { font: 15px/1.4 system-ui, sans-serif; margin: 2rem; background: #f4f4f2; color: #222 }
  main { display: grid; grid-template-columns: repeat(auto-fill, minmax(200px, 1fr)); gap: 1.5rem }
  figure { margin: 0 } img { width: 100%; border-radius: 6px; box-shadow: 0 0 0 1px #0002 } small { color: #777 }
</style>
<h1>image/generate</h1>
<p>Model <b>${escaped(model.name)}</b> <small>${escaped(model.digest)}</small></p>
<main>
${figures.join('\n')}
</main>
</html>
`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
