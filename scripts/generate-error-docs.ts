import { writeFileSync } from 'node:fs';
import { errorCatalogue } from '../packages/core/src/errors/catalogue/index.ts';
import { renderErrorDocs } from './render-error-docs.ts';

writeFileSync(new URL('../docs/errors.md', import.meta.url), renderErrorDocs(errorCatalogue));
