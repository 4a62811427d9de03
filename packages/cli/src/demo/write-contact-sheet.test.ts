import { expect, it } from 'vitest';
import { writeContactSheet } from './write-contact-sheet.ts';

it('shows each picture with its prompt, which is text and nothing else', () => {
  const image = { prompt: 'a <b>"red"</b> star & more', file: '01/image-01.png', seed: 7, sha256: '' };
  const page = writeContactSheet([image], { name: 'builtin', digest: 'sha256:00' });
  expect(page).toContain('<img src="01/image-01.png" alt="a &lt;b>&quot;red&quot;&lt;/b> star &amp; more">');
  expect(page.match(/<figure>/g)).toHaveLength(1);
});
