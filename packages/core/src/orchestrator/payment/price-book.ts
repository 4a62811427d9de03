import { canonicalJson } from '../../capability/canonical-json.ts';
import { ByocError } from '../../errors/byoc-error.ts';
import type { ExchangeRate, PriceFeed } from '../../payment/price-feed/price-feed.ts';
import { formatPriceList } from '../../price/format-price-list.ts';
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
/** Prices of one plugin that are remembered. */
const AGREED_MAX = 16;

/** What plugins are sold for, in wei. */
export interface PriceBook {
  /** The sheet of now. @throws ByocError PRICE_FEED_UNAVAILABLE, PRICE_RATE_MISSING */
  sheetOf(plugin: Pick<HostedPlugin, 'pluginId' | 'price'>): PriceSheet;
  /** The sheet that a caller agreed to (canonical JSON; undefined: that of now). @throws ByocError PRICE_CHANGED and those of `sheetOf` */
  agreed(
    plugin: Pick<HostedPlugin, 'pluginId' | 'price'>,
    priceJson: Uint8Array | undefined,
    capability: string,
  ): PriceSheet;
  /** Reads the rate now and keeps it fresh. Never rejects: without a rate only prices in dollars are refused. */
  start(): Promise<void>;
  close(): void;
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
  const told = new Map<string, { text: string; sheet: PriceSheet; until: number }[]>();
  const sheets = new WeakMap<PluginPrice, { rate: ExchangeRate | undefined; sheet: PriceSheet; text: string }>();

  function convert(price: PluginPrice): { sheet: PriceSheet; text: string } {
    const known = sheets.get(price);
    const list = 'list' in price ? parsePriceList(price.list) : undefined;
    const inDollars =
      list !== undefined && [list.base, ...Object.values(list.meters)].some((one) => one.currency === 'usd');
    const current = inDollars ? freshRate() : undefined;
    if (known !== undefined && known.rate === current) return known;
    const sheet = list === undefined ? parsePriceSheet(price) : toPriceSheet(list, { weiPerUsd: current?.weiPerUsd });
    const made = { rate: current, sheet, text: canonicalJson(sheet) };
    sheets.set(price, made);
    return made;
  }

  function freshRate(): ExchangeRate {
    if (feed === undefined) throw new ByocError('PRICE_RATE_MISSING', {});
    if (rate !== undefined && clock.now() - rate.at <= RATE_AGE_MAX_MS) return rate.read;
    throw (
      failure ?? new ByocError('PRICE_FEED_UNAVAILABLE', { source: 'the price feed', reason: 'it was not read yet' })
    );
  }

  function now(plugin: Pick<HostedPlugin, 'pluginId' | 'price'>): { sheet: PriceSheet; text: string } {
    const made = convert(plugin.price);
    const list = told.get(plugin.pluginId) ?? [];
    const last = list.at(-1);
    if (last?.text === made.text) return made;
    if (last !== undefined) last.until = clock.now() + AGREED_MS;
    told.set(plugin.pluginId, [...list.slice(1 - AGREED_MAX), { ...made, until: Number.POSITIVE_INFINITY }]);
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
    sheetOf: (plugin) => now(plugin).sheet,
    agreed(plugin, priceJson, capability) {
      const current = now(plugin);
      if (priceJson === undefined) return current.sheet;
      const text = new TextDecoder().decode(priceJson);
      if (text === current.text) return current.sheet;
      const earlier = told.get(plugin.pluginId)?.find((one) => one.text === text);
      if (earlier !== undefined && earlier.until > clock.now()) return earlier.sheet;
      const asked = formatPriceList(toPriceList(current.sheet));
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
