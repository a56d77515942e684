import type { Goals, SoFarSummary } from '../stats/so-far.ts';
import { duration } from './duration.ts';
import { measure, percent } from './number.ts';
import { hanging } from './wrap.ts';

/** What is known of a run under way beside its records. */
export interface Now {
  readonly phase: 'warmingUp' | 'handingOver' | 'measuring' | 'draining' | 'done';
  readonly inFlight: number;
  readonly activeUsers: number;
  /** Share of the engine's KV cache in use, 0 to 1; undefined: it did not say since the run began. */
  readonly kvUsage?: number | undefined;
}

export const PHASES = {
  warmingUp: 'warming up',
  handingOver: 'warming up',
  measuring: 'measuring',
  draining: 'draining',
  done: 'done',
} satisfies Record<Now['phase'], string>;

const BAR_WIDTH = 20;

/** How a run is going, for a terminal: a bar and its goal, then the numbers so far. */
export function statusText(soFar: SoFarSummary, goals: Goals, now: Now, columns: number): string {
  const { phase, inFlight, activeUsers } = now;
  if (PHASES[phase] === PHASES.warmingUp) return `warming up: ${inFlight} requests in flight`;
  const { share } = soFar;
  const bar = share === undefined ? [] : [barText(phase === 'measuring' ? share : 1)];
  const left = phase === 'measuring' ? leftText(soFar) : [];
  const head = [PHASES[phase], ...bar].join(' ');
  const first = [goalText(soFar, goals), ...timeText(soFar, goals), ...left];
  const numbers = [
    `${soFar.completed} completed`,
    `${soFar.failed} failed`,
    `${inFlight} in flight`,
    `${activeUsers} active`,
    ...rateText(soFar),
    ...latencyTexts(soFar),
    ...shareTexts(soFar, now),
  ];
  const [goal, ...rest] = first;
  return [packed('', [`${head} ${goal}`, ...rest], columns), packed('  ', numbers, columns)].join(
    '\n',
  );
}

/** How far a run is, for the end of a log line; nothing if there is no goal to be near to. */
export function soFarText(soFar: SoFarSummary, goals: Goals, now: Now): string {
  const goal = goals.requests === undefined && goals.conversations === undefined;
  return [
    ...(goal ? [] : [goalText(soFar, goals)]),
    ...shareTexts(soFar, now),
    ...(now.phase === 'measuring' ? leftText(soFar) : []),
  ].join(', ');
}

function barText(share: number): string {
  const full = Math.round(share * BAR_WIDTH);
  return `[${'#'.repeat(full)}${'-'.repeat(BAR_WIDTH - full)}]`;
}

/** The number that is counted towards the end, with the end. */
function goalText({ ended, conversations }: SoFarSummary, goals: Goals): string {
  if (goals.requests !== undefined) return `${ended} of ${goals.requests} requests`;
  if (goals.conversations === undefined) return `${ended} requests`;
  return `${conversations} of ${goals.conversations} conversations`;
}

function timeText({ measuredMs }: SoFarSummary, { afterMs }: Goals): string[] {
  const of = afterMs === undefined ? '' : ` of ${duration(afterMs)}`;
  return [`${duration(measuredMs)}${of}`];
}

function leftText({ leftMs }: SoFarSummary): string[] {
  return leftMs === undefined ? [] : [`about ${duration(leftMs)} left`];
}

function rateText({ completedPerSec }: SoFarSummary): string[] {
  return completedPerSec === undefined ? [] : [`${measure(completedPerSec)} requests/s`];
}

function latencyTexts({ meanTtftMs, meanTpotMs }: SoFarSummary): string[] {
  return [
    ...(meanTtftMs === undefined ? [] : [`TTFT ${measure(meanTtftMs)} ms`]),
    ...(meanTpotMs === undefined ? [] : [`TPOT ${measure(meanTpotMs)} ms`]),
  ];
}

function shareTexts({ cachedShare }: SoFarSummary, { kvUsage }: Now): string[] {
  return [
    ...(cachedShare === undefined ? [] : [`cached ${percent(cachedShare)}`]),
    ...(kvUsage === undefined ? [] : [`KV ${percent(kvUsage)} full`]),
  ];
}

/** Parts that are not broken, in lines that are below each other. */
function packed(head: string, parts: readonly string[], columns: number): string {
  const text = parts.map((part) => part.replaceAll(' ', '\u00a0')).join(', ');
  return hanging(head, text, columns).replaceAll('\u00a0', ' ');
}
