import { UsageError } from '../../base/errors.ts';
import { type PriceName, type Prices, TIERS } from '../../sizing/tiers.ts';

const NAMES: readonly string[] = [...Object.keys(TIERS), 'card'];

/** `dram=5,gpu=300,card=20000`: the price of a GB, and of a card. @throws UsageError for what is none. */
export function pricesIn(text: string): Prices {
  const prices: Partial<Record<PriceName, number>> = {};
  for (const term of text.split(',')) {
    const [, name = '', value = ''] = /^\s*(\w+)\s*=\s*(\S+)\s*$/.exec(term) ?? [];
    const price = Number(value);
    const isKnown = NAMES.includes(name);
    if (!isKnown || value === '' || !(price >= 0 && Number.isFinite(price))) {
      throw new UsageError(
        `--price: found '${term.trim()}'; expected the price of a GB of ${Object.keys(TIERS).join(' or ')}, or of a card, as in dram=5,card=20000`,
      );
    }
    if (Object.hasOwn(prices, name)) {
      throw new UsageError(`--price: found ${name} twice; expected it once`);
    }
    prices[name as PriceName] = price;
  }
  return prices;
}
