import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { errorCatalogue } from '../../packages/core/src/errors/catalogue/index.ts';
import { renderErrorDocs } from '../../scripts/render-error-docs.ts';

const docs = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
const headings = [...docs.matchAll(/^## (.+)$/gm)].map((match) => match[1]);

describe('docs/errors.md', () => {
  it('is what `npm run generate` writes', () => {
    expect(docs).toBe(renderErrorDocs(errorCatalogue));
  });

  it('describes every code of the catalogue, and no other', () => {
    expect(headings.toSorted()).toEqual(Object.keys(errorCatalogue).toSorted());
  });

  it('has a text for every row', () => {
    expect(docs).not.toMatch(/NaN|undefined|\[object/);
  });
});
