/** An ETH address, `0x` and 40 hex digits. */
export type Address = `0x${string}`;

/** Livepeer's contracts on one chain. */
export interface LivepeerContracts {
  readonly ticketBroker: Address;
  readonly roundsManager: Address;
  readonly bondingManager: Address;
}

/** A chain that Livepeer's contracts are on. */
export interface LivepeerNetwork {
  readonly name: string;
  readonly chainId: number;
  /** Knows the other contracts by name. */
  readonly controller: Address;
  /** Asked of the controller where absent. */
  readonly contracts?: LivepeerContracts | undefined;
  /** Gas of one redemption, for what a ticket has to be worth. */
  readonly redeemGas: bigint;
  /** Rounds and expiry count Ethereum's blocks; where true, a block tells their number apart from its own. */
  readonly hasL1Blocks: boolean;
  /** When a block can't be undone: the chain's own word, or so many blocks on top of it. */
  readonly finality: 'finalized' | bigint;
}

/** Livepeer's main network. */
export const arbitrumOne: LivepeerNetwork = {
  name: 'arbitrum-one',
  chainId: 42161,
  controller: '0xD8E8328501E9645d16Cf49539efC04f734606ee4',
  contracts: {
    ticketBroker: '0xa8bB618B1520E284046F3dFc448851A1Ff26e41B',
    roundsManager: '0xdd6f56DcC28D3F5f27084381fE8Df634985cc39f',
    bondingManager: '0x35Bcf3c30594191d53231E4FF333E8A770453e40',
  },
  redeemGas: 1_200_000n,
  hasL1Blocks: true,
  finality: 'finalized',
};

/** A chain of one's own on this machine, for example anvil. The controller is the first contract of its first account. */
export const localNetwork: LivepeerNetwork = {
  name: 'local',
  chainId: 31337,
  controller: '0x5FbDB2315678afecb367f032d93F642f64180aa3',
  redeemGas: 350_000n,
  hasL1Blocks: false,
  finality: 3n,
};
