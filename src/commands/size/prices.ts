import { UsageError } from '../../base/errors.ts';
import { TIERS, type TierName } from '../../sizing/tiers.ts';

/** `dram=5,gpu=300`: the price of a GB. @throws UsageError for what is none. */
export function pricesIn(text: string): Partial<Record<TierName, number>> {
  const prices: Partial<Record<TierName, number>> = {};
  for (const term of text.split(',')) {
    const [, name = '', value = ''] = /^\s*(\w+)\s*=\s*(\S+)\s*$/.exec(term) ?? [];
    const price = Number(value);
    const isKnown = Object.hasOwn(TIERS, name);
    if (!isKnown || value === '' || !(price >= 0 && Number.isFinite(price))) {
      throw new UsageError(
        `--price: found '${term.trim()}'; expected the price of a GB of ${Object.keys(TIERS).join(' or ')}, as in dram=5,gpu=300`,
      );
    }
    if (Object.hasOwn(prices, name)) {
      throw new UsageError(`--price: found ${name} twice; expected it once`);
    }
    prices[name as TierName] = price;
  }
  return prices;
}
