import type { Waiting } from '../capacity/waiting.ts';
import type { Coefficient, Fit, TooFew } from './fit.ts';
import type { TpotCause } from './tpot-fit.ts';
import type { TtftFits } from './ttft-fit.ts';

/** So many times what a token takes to compute is more than computing. */
const MORE = 1.5;

/**
 * Whether requests that waited did so for room, as answers ended, and not for prompts to be computed: then a token of
 * those ahead costs more than its computing, which own tokens tell, or else the gaps in which others' were computed.
 * Returns those that waited; undefined: not, or it cannot be told.
 */
export function waitingForRoom(
  waiting: Waiting | undefined,
  { prefill, queue }: TtftFits,
  tpot: Fit<TpotCause> | TooFew,
): Waiting | undefined {
  const ahead = told(queue ?? prefill, 'computedAhead');
  const computing = told(prefill, 'uncached') ?? told(tpot, 'computed');
  if (!ahead || !computing) return undefined;
  return ahead.interval95[0] > MORE * computing.value ? waiting : undefined;
}

function told<Name extends string>(
  fit: Fit<Name> | TooFew,
  name: Name,
): Coefficient<Name> | undefined {
  if ('tooFew' in fit) return undefined;
  return fit.coefficients.find((one) => one.name === name && one.finding === 'told');
}
