import { canonicalJson } from '../../capability/canonical-json.ts';
import type { CapabilityContract } from '../../capability/capability.ts';
import { ByocError } from '../../errors/byoc-error.ts';
import type { ExchangeRate, PriceFeed } from '../../payment/price-feed/price-feed.ts';
import { formatPriceList } from '../../price/format-price-list.ts';
import { isFree } from '../../price/is-free.ts';
import { parsePriceList } from '../../price/parse-price-list.ts';
import { parsePriceSheet } from '../../price/parse-price-sheet.ts';
import type { PriceSheet } from '../../price/price-sheet.ts';
import { toPriceList } from '../../price/to-price-list.ts';
import { toPriceSheet } from '../../price/to-price-sheet.ts';
import type { Clock } from '../../primitives/clock.ts';
import type { Logger } from '../../primitives/logger.ts';
import type { HostedPlugin, PluginPrice } from '../plugin-host.ts';

/** How often the rate is read, ms. */
const REFRESH_MS = 60_000;
/** A rate that could not be read anew is used for so long, ms; then what is priced in dollars is refused. */
const RATE_AGE_MAX_MS = 5 * 60_000;
/** A caller that has agreed to a price gets it for so long after it changed, ms. */
const AGREED_MS = 5 * 60_000;
/** Prices of one capability that are remembered. */
const AGREED_MAX = 16;

/** What is sold: a capability of a plugin. */
type Sold = Pick<HostedPlugin, 'pluginId' | 'prices'>;

/** What capabilities are sold for, in wei. */
export interface PriceBook {
  /** The sheet of now. @throws ByocError PRICE_MISSING, PRICE_FEED_UNAVAILABLE, PRICE_RATE_MISSING */
  sheetOf(plugin: Sold, contract: CapabilityContract): PriceSheet;
  /** The sheet that a caller agreed to (canonical JSON; undefined: that of now). @throws ByocError PRICE_CHANGED and those of `sheetOf` */
  agreed(plugin: Sold, contract: CapabilityContract, priceJson: Uint8Array | undefined): PriceSheet;
  /** Reads the rate now and keeps it fresh. Never rejects: without a rate only prices in dollars are refused. */
  start(): Promise<void>;
  close(): void;
}

/** A sheet as it is told to callers. */
interface MadeSheet {
  readonly rate: ExchangeRate | undefined;
  readonly sheet: PriceSheet;
  readonly text: string;
}

/** Creates the price book of an orchestrator. `onChange` is told when prices in dollars come to another wei. */
export function createPriceBook(options: {
  feed: PriceFeed | undefined;
  clock: Clock;
  logger: Logger;
  onChange: () => void;
}): PriceBook {
  const { feed, clock, logger } = options;
  const stop = new AbortController();
  let rate: { read: ExchangeRate; at: number } | undefined;
  let failure: ByocError | undefined;
  const told = new Map<string, (MadeSheet & { until: number })[]>();
  const sheets = new WeakMap<PluginPrice, WeakMap<CapabilityContract, MadeSheet>>();

  function convert(price: PluginPrice, contract: CapabilityContract): MadeSheet {
    const made = sheets.get(price) ?? new WeakMap<CapabilityContract, MadeSheet>();
    sheets.set(price, made);
    const known = made.get(contract);
    const list = 'list' in price ? parsePriceList(price.list) : undefined;
    const inDollars =
      list !== undefined && [list.base, ...Object.values(list.meters)].some((one) => one.currency === 'usd');
    const current = inDollars ? freshRate() : undefined;
    if (known !== undefined && known.rate === current) return known;
    const whole = list === undefined ? parsePriceSheet(price) : toPriceSheet(list, { weiPerUsd: current?.weiPerUsd });
    const sheet = sheetFor(contract, whole);
    const next = { rate: current, sheet, text: canonicalJson(sheet) };
    made.set(contract, next);
    return next;
  }

  function freshRate(): ExchangeRate {
    if (feed === undefined) throw new ByocError('PRICE_RATE_MISSING', {});
    if (rate !== undefined && clock.now() - rate.at <= RATE_AGE_MAX_MS) return rate.read;
    throw (
      failure ?? new ByocError('PRICE_FEED_UNAVAILABLE', { source: 'the price feed', reason: 'it was not read yet' })
    );
  }

  function now({ pluginId, prices }: Sold, contract: CapabilityContract): MadeSheet {
    const made = convert(prices.capabilities[contract.name] ?? prices.default, contract);
    const key = keyOf(pluginId, contract);
    const list = told.get(key) ?? [];
    const last = list.at(-1);
    if (last?.text === made.text) return made;
    if (last !== undefined) last.until = clock.now() + AGREED_MS;
    told.set(key, [...list.slice(1 - AGREED_MAX), { ...made, until: Number.POSITIVE_INFINITY }]);
    return made;
  }

  async function refresh(source: PriceFeed): Promise<void> {
    try {
      const read = await source.read({ signal: stop.signal });
      const before = rate?.read.weiPerUsd;
      const same = before?.numerator === read.weiPerUsd.numerator && before?.denominator === read.weiPerUsd.denominator;
      // The same object as long as it is the same rate: sheets made from it stay as they are.
      rate = { read: same && rate !== undefined ? rate.read : read, at: clock.now() };
      failure = undefined;
      if (!same) options.onChange();
    } catch (error) {
      if (stop.signal.aborted) return;
      failure = error instanceof ByocError ? error : undefined;
      logger.warn({ err: error }, 'price-feed-failed');
      options.onChange();
    }
  }

  async function keepFresh(source: PriceFeed): Promise<void> {
    while (!stop.signal.aborted) {
      await clock.sleep(REFRESH_MS, { signal: stop.signal, unref: true }).catch(() => {});
      if (!stop.signal.aborted) await refresh(source);
    }
  }

  return {
    sheetOf: (plugin, contract) => now(plugin, contract).sheet,
    agreed(plugin, contract, priceJson) {
      const current = now(plugin, contract);
      if (priceJson === undefined) return current.sheet;
      const text = new TextDecoder().decode(priceJson);
      if (text === current.text) return current.sheet;
      const earlier = told.get(keyOf(plugin.pluginId, contract))?.find((one) => one.text === text);
      if (earlier !== undefined && earlier.until > clock.now()) return earlier.sheet;
      const asked = formatPriceList(toPriceList(current.sheet));
      const capability = `${contract.name}@${contract.version}`;
      throw new ByocError('PRICE_CHANGED', { capability, agreed: text.slice(0, 500), asked });
    },
    async start() {
      if (feed === undefined) return;
      await refresh(feed);
      void keepFresh(feed);
    },
    close: () => stop.abort(null),
  };
}

function keyOf(pluginId: string, { name, version }: CapabilityContract): string {
  return `${pluginId}:${name}@${version}`;
}

/** The part of a price that a capability has meters for. What would thereby cost nothing is not sold. */
function sheetFor({ name, version, meters }: CapabilityContract, whole: PriceSheet): PriceSheet {
  const own = Object.entries(whole.meters).filter(([meter]) => Object.hasOwn(meters, meter));
  if (own.length === Object.keys(whole.meters).length) return whole;
  const sheet = { ...whole, meters: Object.fromEntries(own) };
  if (isFree(sheet) && !isFree(whole))
    throw new ByocError('PRICE_MISSING', { capability: `${name}@${version}`, meters: Object.keys(meters) });
  return sheet;
}
