import { amount, measure, percent, UNKNOWN } from '../report/number.ts';
import { type Field, field } from '../report/section.ts';
import type { LittlesLaw } from './little.ts';
import type { RateLaw } from './rate-law.ts';
import type { Plan } from './summary.ts';

/** What Little's law says of conversations and requests, and where a request rate comes from. */
export function littleFields({ little, rateLaw, concurrency }: Plan): Field[] {
  const requests = `${lawText(little.requests, 'sent', 'in flight')}, at most ${concurrency.peak}`;
  return [
    field('conversations', lawText(little.conversations, 'begun', 'live')),
    field('requests', requests, ...(hasResidual(little.conversations) ? [WINDOW] : [])),
    ...(rateLaw ? rateLawFields(rateLaw) : []),
  ];
}

/** A sign of an error, if it were not for conversations that reach beyond the window. */
const RESIDUAL_MIN = 0.01;
const WINDOW = 'residual: conversations under way at the start or the end are seen only in part';

function hasResidual(law: LittlesLaw | undefined): boolean {
  return Math.abs(law?.residualShare ?? 0) >= RESIDUAL_MIN;
}

function lawText(law: LittlesLaw | undefined, verb: string, state: string): string {
  if (!law) return `${UNKNOWN}: none ${verb} and ended, or no time passed`;
  const { perSec, meanSec, expected, counted, residualShare } = law;
  const residual = `residual ${percent(withoutDust(residualShare ?? 0))}`;
  return `${measure(perSec)} ${verb}/s x ${measure(meanSec)} s = ${measure(expected)}; ${measure(counted)} ${state} on average, ${residual}`;
}

/** Rounding errors of sums are no residual, and have no sign. */
export function withoutDust(share: number): number {
  return Math.abs(share) < 1e-9 ? 0 : share;
}

function rateLawFields(law: RateLaw): Field[] {
  const { rounds, gapSec, joinEverySec, aliveSec, nominalPerSec, offeredPerSec } = law;
  const ratio = offeredPerSec / nominalPerSec;
  const upstream = rounds / (rounds - 1);
  const isUpstream = Math.abs(ratio / upstream - 1) < 1e-9;
  return [
    field(
      'pacing',
      `a user asks every G = ${amount(short(gapSec))} s and lives S = ${amount(short(aliveSec))} s; one joins every U = ${amount(short(joinEverySec))} s`,
    ),
    field(
      'rate',
      `R / U = ${measure(offeredPerSec)} requests/s, ${measure(ratio)} times N / G = ${measure(nominalPerSec)}${isUpstream ? `: R / (R - 1) for R = ${rounds} rounds` : ''}`,
    ),
  ];
}

function short(value: number): number {
  return Number(value.toPrecision(9));
}
