import { counted } from '../base/counted.ts';
import { measure } from '../report/number.ts';
import type { Section } from '../report/section.ts';
import { best, type Purchase } from './purchases.ts';
import type { SizeShown } from './shown.ts';
import { GAPS } from './size.ts';
import { cardsEach, pricedTiers, TIERS } from './tiers.ts';

/** Cards and GB together: a row for each number of cards, the cheapest first that is enough. */
export function purchaseSections({ settings, sized, limits, measures }: SizeShown): Section[] {
  const { purchases } = sized;
  if (!purchases.length) return [];
  const tiers = pricedTiers(settings.prices);
  const isOfCards = settings.prices.card !== undefined;
  return [
    {
      title: isOfCards
        ? `${tiers.length ? 'Cards and GB together' : 'The fewest cards'} for ${limits.join(', ')}`
        : `GPU and DRAM together for ${limits.join(', ')}`,
      table: {
        columns: [
          { title: 'gaps' },
          ...(isOfCards ? [{ title: 'cards', format: 'count' as const }] : []),
          ...tiers.map((tier) => ({ title: `${TIERS[tier].says} GB` })),
          ...(tiers.length ? [{ title: 'interval', detail: 1 as const }] : []),
          { title: 'price' },
          ...measures.map((title) => ({ title, detail: 2 as const })),
          { title: 'runs', format: 'count', detail: 1 },
        ],
        rows: purchases.map((one) => ({
          cells: [
            one.gaps,
            ...(isOfCards ? [one.cards] : []),
            ...tiers.map((tier) => gbText(one, tier)),
            ...(tiers.length ? [one.interval95?.map((end) => measure(end)).join(' to ')] : []),
            one.price === undefined ? one.answer : measure(one.price),
            ...measures.map((name) => meanText(one, name)),
            one.played,
          ],
        })),
      },
      lines: GAPS.flatMap((gaps) => {
        const some = purchases.filter((one) => one.gaps === gaps);
        return isOfCards ? bestText(some, cardsEach(settings.scenario)) : bestMixText(some);
      }),
      notes: [
        ...(isOfCards ? [cardsNote(settings)] : []),
        tiers.length > 0 ? GB_NOTE : CARDS_ALONE_NOTE,
      ],
    },
  ];
}

function gbText({ gb, answer, tier }: Purchase, of: keyof typeof TIERS): string | undefined {
  const amount = gb[of];
  if (amount === undefined) return undefined;
  if (tier !== of) return measure(amount);
  if (answer === 'unmet') return `not ${measure(amount)}`;
  return answer === 'anything' ? `${measure(amount)} or less` : measure(amount);
}

function meanText({ runs }: Purchase, name: string): string | undefined {
  const values = runs.flatMap(({ result }) => result.readings[name]?.value ?? []);
  if (!values.length) return undefined;
  return measure(values.reduce((sum, value) => sum + value, 0) / values.length);
}

function bestText(purchases: readonly Purchase[], each: number): string[] {
  const [first] = purchases;
  if (!first) return [];
  const least = best(purchases);
  const found = purchases.find(({ price }) => price === least);
  if (!found) {
    const most = Math.max(...purchases.map(({ cards }) => cards));
    return [`${first.gaps} gaps: nothing that was tried keeps the limits, up to ${most} cards.`];
  }
  const memory = found.tier ? ` with ${gbList(found)} each` : '';
  const engines = found.cards / each;
  const of = each > 1 ? ` (${counted(engines, 'engine')} of ${each})` : '';
  const per = each > 1 && memory ? ' engine' : '';
  return [
    `${found.gaps} gaps: the cheapest is ${counted(found.cards, 'card')}${of}${memory}${per}, for ${measure(least)}.`,
  ];
}

/** Without cards: what of each tier. */
function bestMixText(purchases: readonly Purchase[]): string[] {
  const [first] = purchases;
  if (!first) return [];
  const least = best(purchases);
  const found = purchases.find(({ price }) => price === least);
  if (!found) return [`${first.gaps} gaps: no mix that was tried keeps the limits.`];
  return [`${found.gaps} gaps: the cheapest mix is ${gbList(found)}, for ${measure(least)}.`];
}

function gbList({ gb }: Purchase): string {
  const parts = (Object.keys(gb) as (keyof typeof TIERS)[]).map(
    (tier) => `${measure(gb[tier]!)} GB of ${TIERS[tier].says}`,
  );
  return parts.join(' and ');
}

const CARDS_ALONE_NOTE =
  'One engine more than is enough was played, too: what is measured beside it says what it would bring.';
const GB_NOTE =
  'GB are those of each engine; intervals of 95 %, over the seeds, are of the GB that were searched. What alone would be dearer than the best so far was not played.';

function cardsNote({ scenario }: SizeShown['settings']): string {
  const { count, routing } = scenario.engine.replicas;
  const how =
    count > 1 ? `by ${routing}, as the scenario says` : 'so that a session stays with one';
  const each = cardsEach(scenario);
  const kvGB = measure(TIERS.gpu.hasGB(scenario) / each);
  const is =
    each > 1
      ? `An engine is ${each} cards that hold the model together, with ${kvGB} GB for KV on each`
      : `A card is an engine of its own, with the GPU of the scenario and its KV memory (${kvGB} GB)`;
  return `${is}; requests are spread ${how}.`;
}
