/** Writes any text as one value of a filter's option: nothing in it ends the value, the filter or the graph. */
export function filterValue(text: string): string {
  const option = text.replace(/[\\':]/g, '\\$&');
  return option.replace(/[\\'[\],;]/g, '\\$&');
}
