import { pc } from './colours.ts';

/** Lays rows out in columns under a header. Numbers are aligned to the right. */
export function formatTable(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => String(row[column] ?? '').length)),
  );
  const line = (cells: readonly (string | number)[]) =>
    cells
      .map((cell, column) => {
        const text = String(cell);
        const width = widths[column] ?? 0;
        return typeof cell === 'number' || /^[\d.,]+( [a-zA-Z/]+)?$/.test(text)
          ? text.padStart(width)
          : text.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return [pc.dim(line(header)), ...rows.map(line)].join('\n');
}
