/** The model to ask for; the name of a capability, with or without a version, stands for any model that an offer has. */
export function wantedModel(model: string, capability: string): string | undefined {
  const name = capability.slice(0, capability.indexOf('@'));
  return model === name || model.startsWith(`${name}@`) ? undefined : model;
}
