import { counted } from '../../base/counted.ts';
import { amount } from '../../report/number.ts';
import { type Field, field, type Section } from '../../report/section.ts';
import type { Pair } from '../pairs.ts';
import type { Twin } from '../twin.ts';
import { requestText } from '../words.ts';
import type { Order } from './order.ts';
import type { Difference, Standing } from './parting.ts';

/** Requests that are explained, of those that found other tokens than their twins. */
const EXPLAINED = 10;

const STANDINGS = {
  held: (other) => `${other} still held its blocks; in the twin it had ended`,
  ended: (other) => `${other} had ended; in the twin it still held its blocks`,
  before: (other) => `${other} was there; in the twin it came later`,
  after: (other) => `${other} was not there yet; in the twin it was`,
  endedFirst: (other) => `${other} had ended before it; in the twin it ended after it`,
} satisfies Record<Standing, (other: string) => string>;

/** Why requests found other cached tokens than in the twin, one by one: of races in flight which way they went. */
export function orderSections({ agreement, order }: Twin): Section[] {
  const { differing } = agreement;
  if (!order || !differing.length) return [];
  const left = differing.length - EXPLAINED;
  return [
    {
      title: 'Cached tokens that differ',
      lines: [
        summary(differing, order),
        ...(left > 0 ? [`The first ${EXPLAINED} are below; --json has all.`] : []),
      ],
      fields: differing.slice(0, EXPLAINED).map((pair) => explained(pair, order)),
      notes: [
        "In the run's order: what the twin's cache finds if requests enter and leave the steps of the engine as those of the run did, seen by when their tokens came. Requests that are in flight together race: whether one ends, and frees its blocks, before or after another is admitted decides which blocks are evicted.",
        ...aheadNote(order),
      ],
    },
  ];
}

function summary(differing: readonly Pair[], order: Order): string {
  const same = differing.filter((pair) => isExplained(pair, order)).length;
  const all = `In the run's order the twin's cache finds what the run found in ${order.equal} of ${counted(order.told, 'request')}`;
  if (same === 0) return `${all}, in none of those that differ: it is not the order.`;
  const which = same === differing.length ? 'all of those' : `${same} of the ${differing.length}`;
  return `${all}, and in ${which} that differ: there it is the order alone.`;
}

/** The order of a run tells how its engine schedules, which its profile may have wrong. */
function aheadNote({ isAhead }: Order): string[] {
  if (isAhead === undefined) return [];
  const how = isAhead ? 'before it had' : 'when it had';
  return [
    `The run fits an engine that scheduled a step ${how} the tokens of the one before; asyncScheduling of the profile says otherwise.`,
  ];
}

/** It is the order alone that makes the difference. */
export function isExplained({ observed }: Pair, { found }: Order): boolean {
  return found.get(observed) === observed.cachedTokens;
}

function explained(pair: Pair, order: Order): Field {
  const { observed, twin } = pair;
  const inOrder = order.found.get(observed);
  const difference = order.parted.get(observed);
  const counts = `${amount(observed.cachedTokens)} cached, in the twin ${amount(twin.cachedTokens)}`;
  return field(
    requestText(observed),
    `${counts}, in the run's order ${amount(inOrder)}${isExplained(pair, order) ? '' : ': not the order alone'}`,
    difference ? differenceText(pair, difference) : sameText(pair, order),
  );
}

/** What is left of the order, if it is the order: when answers took their blocks. */
function sameText(pair: Pair, order: Order): string {
  return isExplained(pair, order)
    ? 'as it was admitted the same requests were there; their answers had got further, or less far'
    : 'until then run and twin had the same order';
}

function differenceText({ observed }: Pair, { of, other, standing }: Difference): string {
  const stood = STANDINGS[standing](requestText(other));
  if (standing === 'endedFirst') return `as ${requestText(of)} ended before that, ${stood}`;
  return of === observed
    ? `as it was admitted, ${stood}`
    : `as ${requestText(of)} was admitted before it, ${stood}`;
}
