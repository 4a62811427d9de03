import { defineConfig } from 'tsup';

export default defineConfig({
  entry: { main: 'src/main.ts' },
  format: 'esm',
  removeNodeProtocol: false,
  target: 'node22',
  clean: true,
});
