import { X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLocalSigner } from '../../payment/keys/create-local-signer.ts';
import { createPrivateKey } from '../../payment/keys/create-private-key.ts';
import { checksumAddress } from '../../payment/keys/ethereum-address.ts';
import { createTlsCertificate } from './create-tls-certificate.ts';
import { identityStatement } from './identity-statement.ts';
import { recoverAddress } from './recover-address.ts';
import { signIdentityStatement } from './sign-identity-statement.ts';
import { verifyIdentityStatement } from './verify-identity-statement.ts';

const fromHex = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));
const hex64 = fc.stringMatching(/^[0-9a-f]{64}$/);

describe('an identity', () => {
  // The first two accounts of the mnemonic `test test … junk`, known from every Ethereum development chain.
  it.each([
    ['ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80', '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'],
    ['59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d', '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'],
  ])('has the address of its key', (privateKey, address) => {
    expect(createLocalSigner(fromHex(privateKey)).address).toBe(address);
  });

  // https://eips.ethereum.org/EIPS/eip-55
  it.each([
    '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
    '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359',
    '0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB',
    '0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb',
  ])('writes %s with the checksum of EIP-55', (address) => {
    expect(checksumAddress(address.slice(2))).toBe(address);
  });

  it('recovers the signer of a text as other software signs it', () => {
    // web3.js documentation of eth.accounts.sign: 'Some data'.
    const signature = fromHex(
      'b91467e570a6466aa9e9876cbcd013baba02900b8979d43fe208a4a4f339f5fd6007e74cd82e037b800186422fc2da167c747ef045e5d18a5f5d4300f8e1a0291c',
    );
    expect(recoverAddress('Some data', signature)).toBe('0x2c7536E3605D9C16a7a3D7b1898e529396a65c23');
  });

  it('states what gateway-protocol.md says', () => {
    expect(identityStatement('0xABC', 'FF')).toMatchInlineSnapshot(`
      "BYOC orchestrator identity v1
      address: 0xabc
      certificate-sha256: ff
      "
    `);
  });

  it('proves itself for one certificate and no other', async () => {
    const identity = createLocalSigner(createPrivateKey());
    await fc.assert(
      fc.asyncProperty(hex64, hex64, async (shown, other) => {
        const claim = {
          url: 'https://o',
          address: identity.address,
          signature: await signIdentityStatement(identity, shown),
          certificateSha256: shown,
          shownCertificateSha256: shown,
        };
        expect(() => verifyIdentityStatement(claim)).not.toThrow();
        if (other === shown) return;
        const moved = { ...claim, certificateSha256: other, shownCertificateSha256: other };
        expect(() => verifyIdentityStatement(moved)).toThrow(/not signed by/);
        expect(() => verifyIdentityStatement({ ...claim, shownCertificateSha256: other })).toThrow(
          /another certificate/,
        );
      }),
      { numRuns: 20 },
    );
  });

  it('takes no signature that was changed, and never throws on one', async () => {
    const identity = createLocalSigner(createPrivateKey());
    const signature = await signIdentityStatement(identity, 'ab'.repeat(32));
    const text = identityStatement(identity.address, 'ab'.repeat(32));
    expect(recoverAddress(text, signature)).toBe(identity.address);
    fc.assert(
      fc.property(fc.nat(64), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = Uint8Array.from(signature);
        changed[at] = (changed[at] ?? 0) ^ change;
        expect(recoverAddress(text, changed)).not.toBe(identity.address);
      }),
      { numRuns: 100 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (random) => {
        expect(recoverAddress(text, random)).not.toBe(identity.address);
      }),
    );
  });
});

describe('a TLS certificate', () => {
  it('is P-256, lasts ten years and names its hash', async () => {
    const now = Date.UTC(2026, 0, 1);
    const made = await createTlsCertificate({ now });
    const certificate = new X509Certificate(made.certificatePem);
    expect(certificate.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
    expect(new Date(certificate.validTo).getUTCFullYear()).toBe(2035);
    expect(certificate.fingerprint256.replaceAll(':', '').toLowerCase()).toBe(made.certificateSha256);
    expect(made.privateKeyPem).toContain('PRIVATE KEY');
  });
});
