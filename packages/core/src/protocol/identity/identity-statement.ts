/** The text that an orchestrator signs (EIP-191) to bind its certificate to its ETH address: gateway-protocol.md, G-4. */
export function identityStatement(address: string, certificateSha256: string): string {
  return `BYOC orchestrator identity v1\naddress: ${address.toLowerCase()}\ncertificate-sha256: ${certificateSha256.toLowerCase()}\n`;
}
