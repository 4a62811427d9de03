import { type Hex, hexToBytes, type LocalAccount, parseSignature, serializeTransaction, toHex } from 'viem';
import { toAccount } from 'viem/accounts';
import type { Signer } from '../../keys/signer.ts';
import type { TypedData } from '../../keys/typed-data.ts';

/** A signer as viem's clients take it: for their transactions. */
export function toViemAccount(signer: Signer): LocalAccount {
  const sign = async (request: Parameters<Signer['sign']>[0]): Promise<Hex> => toHex(await signer.sign(request));
  return toAccount({
    address: signer.address as Hex,
    async signTransaction(transaction, { serializer = serializeTransaction } = {}) {
      const unsigned = hexToBytes(await serializer(transaction));
      const signature = await sign({ kind: 'transaction', transaction: unsigned });
      return serializer(transaction, parseSignature(signature));
    },
    async signMessage({ message }) {
      if (typeof message !== 'string') throw new TypeError('a signer signs texts, no bytes that may mean anything');
      return sign({ kind: 'message', message });
    },
    signTypedData: (data) => sign({ kind: 'typed-data', data: data as unknown as TypedData }),
  });
}
