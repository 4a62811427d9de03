/**
 * The tag of an image that is built from a plugin folder: one for each name and version, and none for two. An image name may
 * not end a component with `-`, nor a tag hold a `+`.
 */
export function imageTag({ name, version }: { readonly name: string; readonly version: string }): string {
  const components = name.split('/').map((component) => component.replace(/-+$/, (run) => `.${run.length}`));
  return `byoc/${components.join('/')}:${version.replaceAll('+', '_')}`;
}
