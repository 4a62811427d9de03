import fc from 'fast-check';
import { hashTypedData, type TypedDataDefinition, toHex } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { describe, expect, it } from 'vitest';
import { signTransaction } from '../livepeer/chain/sign-transaction.ts';
import { loadCryptoEngine } from '../livepeer/engine/load-crypto-engine.ts';
import { createLocalSigner } from './create-local-signer.ts';
import { createPortableEngine } from './create-portable-engine.ts';
import { createPrivateKey } from './create-private-key.ts';
import type { TypedData } from './typed-data.ts';
import { typedDataHash } from './typed-data-hash.ts';

const engine = createPortableEngine();
const address = fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => toHex(bytes));
const key = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .filter((bytes) => bytes.some((byte) => byte !== 0) && bytes[0] !== 255);

/** The example of EIP-712 itself, with its published hash. */
const mail: TypedData = {
  domain: {
    name: 'Ether Mail',
    version: '1',
    chainId: 1n,
    verifyingContract: '0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC',
  },
  types: {
    Person: [
      { name: 'name', type: 'string' },
      { name: 'wallet', type: 'address' },
    ],
    Mail: [
      { name: 'from', type: 'Person' },
      { name: 'to', type: 'Person' },
      { name: 'contents', type: 'string' },
    ],
  },
  primaryType: 'Mail',
  message: {
    from: { name: 'Cow', wallet: '0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826' },
    to: { name: 'Bob', wallet: '0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB' },
    contents: 'Hello, Bob!',
  },
};

describe('typedDataHash', () => {
  it('gives the hash that EIP-712 gives for its example', () => {
    expect(toHex(typedDataHash(engine.keccak256, mail))).toBe(
      '0xbe609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2',
    );
  });

  it('gives the hash that viem gives, for every kind of field', () => {
    const word = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n });
    const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => toHex(bytes));
    const part = fc.record({ who: address, tags: fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 3 }) });
    const message = fc.record({
      amount: word,
      small: fc.bigInt({ min: 0n, max: 255n }),
      signed: fc.bigInt({ min: -(2n ** 127n), max: 2n ** 127n - 1n }),
      flag: fc.boolean(),
      raw: fc.uint8Array({ maxLength: 70 }).map((bytes) => toHex(bytes)),
      four: fc.uint8Array({ minLength: 4, maxLength: 4 }).map((bytes) => toHex(bytes)),
      pair: fc.tuple(bytes32, bytes32),
      parts: fc.array(part, { maxLength: 3 }),
    });
    const types = {
      Part: [
        { name: 'who', type: 'address' },
        { name: 'tags', type: 'string[]' },
      ],
      Whole: [
        { name: 'amount', type: 'uint256' },
        { name: 'small', type: 'uint8' },
        { name: 'signed', type: 'int128' },
        { name: 'flag', type: 'bool' },
        { name: 'raw', type: 'bytes' },
        { name: 'four', type: 'bytes4' },
        { name: 'pair', type: 'bytes32[2]' },
        { name: 'parts', type: 'Part[]' },
      ],
    };
    fc.assert(
      fc.property(message, fc.option(word, { nil: undefined }), (value, chainId) => {
        const data = {
          domain: { name: 'N', ...(chainId === undefined ? {} : { chainId }) },
          types,
          primaryType: 'Whole',
          message: value,
        };
        const expected = hashTypedData(data as unknown as TypedDataDefinition);
        expect(toHex(typedDataHash(engine.keccak256, data))).toBe(expected);
        const asText = {
          ...data,
          message: { ...value, amount: value.amount.toString(), signed: value.signed.toString() },
        };
        expect(toHex(typedDataHash(engine.keccak256, asText))).toBe(expected);
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ['a number beyond its type', 'uint8', 256n],
    ['a negative number without a sign', 'uint8', -1n],
    ['a number beyond a signed type', 'int8', 128n],
    ['a width that there is not', 'uint7', 1n],
    ['a number that is none', 'uint256', '0x10'],
    ['an empty number', 'uint256', ''],
    ['a short address', 'address', '0x00'],
    ['bytes of another length', 'bytes32', '0x00'],
    ['bytes that are none', 'bytes', 'zz'],
    ['a text that is none', 'string', 1n],
    ['a truth that is none', 'bool', 'true'],
    ['a list that is none', 'uint8[]', 1n],
    ['a list of another length', 'uint8[2]', [1n]],
    ['a type that there is not', 'Nothing', 'x'],
    ['a prototype', 'constructor', {}],
  ])('refuses %s', (_, type, value) => {
    const data = { domain: {}, types: { T: [{ name: 'field', type }] }, primaryType: 'T', message: { field: value } };
    expect(() => typedDataHash(engine.keccak256, data as TypedData)).toThrow(RangeError);
  });

  it('refuses a field without a value', () => {
    const data = { domain: {}, types: { T: [{ name: 'toString', type: 'string' }] }, primaryType: 'T', message: {} };
    expect(() => typedDataHash(engine.keccak256, data)).toThrow(RangeError);
  });
});

describe('a local signer', () => {
  it('signs as viem does, whatever it is, with every engine', async () => {
    const engines = [undefined, await loadCryptoEngine()];
    await fc.assert(
      fc.asyncProperty(
        key,
        fc.string({ unit: 'grapheme' }),
        address,
        fc.bigInt({ min: 0n, max: 2n ** 80n }),
        async (privateKey, message, to, value) => {
          const theirs = privateKeyToAccount(toHex(privateKey));
          const fees = { maxFeePerGasWei: 9n, maxPriorityFeePerGasWei: 1n };
          const unsigned = {
            chainId: 42161,
            nonce: 7,
            to,
            data: '0x01',
            valueWei: value,
            gasLimit: 21_000n,
            ...fees,
          } as const;
          const transaction = {
            ...({ type: 'eip1559', chainId: 42161, nonce: 7, to, data: '0x01', value, gas: 21_000n } as const),
            ...{ maxFeePerGas: 9n, maxPriorityFeePerGas: 1n },
          };
          for (const engine of engines) {
            const ours = createLocalSigner(privateKey, { engine });
            expect(ours.address).toBe(theirs.address);
            expect(toHex(await ours.sign({ kind: 'message', message }))).toBe(await theirs.signMessage({ message }));
            const typed = await theirs.signTypedData(mail as unknown as TypedDataDefinition);
            expect(toHex(await ours.sign({ kind: 'typed-data', data: mail }))).toBe(typed);
            const { raw } = await signTransaction(ours, unsigned);
            expect(raw).toBe(await theirs.signTransaction(transaction));
          }
        },
      ),
      { numRuns: 10 },
    );
  });

  it('signs many things in their order, and nothing once it is closed', async () => {
    const signer = createLocalSigner(createPrivateKey());
    const requests = ['a', 'b'].map((message) => ({ kind: 'message', message }) as const);
    const signatures = await signer.signAll(requests);
    expect(signatures).toEqual([await signer.sign(requests[0] as never), await signer.sign(requests[1] as never)]);
    signer.close();
    await expect(signer.sign({ kind: 'message', message: 'a' })).rejects.toMatchObject({ code: 'KEY_INVALID' });
    await expect(signer.signAll(requests)).rejects.toMatchObject({ code: 'KEY_INVALID' });
  });

  it('keeps its own copy of the key', async () => {
    const privateKey = createPrivateKey();
    const signer = createLocalSigner(privateKey);
    const before = await signer.sign({ kind: 'message', message: 'a' });
    privateKey.fill(0);
    expect(await signer.sign({ kind: 'message', message: 'a' })).toEqual(before);
  });

  it.each([new Uint8Array(32), new Uint8Array(32).fill(255), new Uint8Array(31).fill(1), new Uint8Array()])(
    'refuses a key that is none, and does not say it',
    (privateKey) => {
      expect(() => createLocalSigner(privateKey)).toThrow(expect.objectContaining({ code: 'KEY_INVALID' }));
    },
  );
});
