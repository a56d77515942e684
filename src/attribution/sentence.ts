import { measure } from '../report/number.ts';
import { type Blame, isCold } from './blame.ts';
import type { Eviction } from './eviction.ts';
import type { Again, Counterfactual, Explained } from './explanation.ts';
import { nameOf } from './timed-request.ts';
import { PART_NAMES, type Part } from './waterfall.ts';
import { grouped, listed, PART_WORDS } from './words.ts';

/** Smaller parts are in the table. */
const SHARE_MIN = 0.05;
const USERS_MAX = 4;
const NUMBERS = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];

/** Why one request took as long as it did. */
export function sentenceOf(one: Explained, counterfactual: Counterfactual | undefined): string {
  const { latencyMs, waterfall, eviction, again } = one;
  const parts = PART_NAMES.filter((part) => waterfall[part] >= SHARE_MIN * latencyMs)
    .sort((a, b) => waterfall[b] - waterfall[a])
    .map((part) => `${percentOf(waterfall[part], latencyMs)} ${partText(part, one)}`);
  return [
    `Request ${nameOf(one.request)} took ${secondsText(latencyMs)}: ${parts.join(', ')}`,
    ...(eviction ? [evictionText(eviction)] : []),
    ...(again && counterfactual ? [againText(again, latencyMs, counterfactual)] : []),
  ].join('; ');
}

function partText(part: Part, one: Explained): string {
  const { uncachedTokens, externalTokens } = one.request;
  if (part === 'queue') return `${PART_WORDS.queue} ${queueText(one)}`.trimEnd();
  if (part === 'uncached' && uncachedTokens !== undefined) {
    return `computing ${grouped(uncachedTokens)} uncached tokens`;
  }
  if (part === 'external' && externalTokens !== undefined) {
    return `loading ${grouped(externalTokens)} tokens from below the GPU`;
  }
  return PART_WORDS[part];
}

/** A queue that is so much longer than the work ahead of it waits for something else: for blocks to become free. */
const ROOM = 2;

function queueText({ blame, waterfall, decoding, workAheadMs }: Explained): string {
  const others = Math.round(decoding);
  const isForRoom = workAheadMs !== undefined && waterfall.queue > ROOM * workAheadMs && others > 0;
  if (isForRoom) {
    return `for room more than for work ahead (${secondsText(workAheadMs)}), while ${grouped(others)} other${others === 1 ? ' was' : 's were'} answered`;
  }
  return blame.count ? blameText(blame) : '';
}

/** "behind four cold prefills of users 7, 12, 14 and 15" */
function blameText({ prefills, count, tokens }: Blame): string {
  if (!prefills.length) return `behind ${grouped(count)} prefills of ${grouped(tokens)} tokens`;
  const cold = prefills.filter(({ request }) => isCold(request));
  const named = cold.length ? cold : prefills;
  const what = `${cold.length ? 'cold ' : ''}prefill${named.length === 1 ? '' : 's'}`;
  const users = [...new Set(named.map(({ request }) => String(request.record.userId)))];
  const shown = users.slice(0, USERS_MAX);
  const more = users.length - shown.length;
  const names = more > 0 ? `${shown.join(', ')} and ${more} more` : listed(shown);
  const many = NUMBERS[named.length] ?? grouped(named.length);
  return `behind ${many} ${what} of user${users.length === 1 ? '' : 's'} ${names}`;
}

function evictionText({ block, distance, blocks, isOfGpu, tokens }: Eviction): string {
  const size = blocks === undefined ? '' : `${grouped(blocks)} `;
  const of = isOfGpu ? `of the GPU's ${size}blocks, and not found below it` : `of ${size}blocks`;
  return `evicted from block ${grouped(block)} on, at distance ${grouped(distance)} ${of}: ${grouped(tokens)} tokens were computed again`;
}

function againText(
  { beforeMs, afterMs }: Again,
  latencyMs: number,
  { settings, moreGB }: Counterfactual,
): string {
  const change = moreGB === undefined ? settings.join(' ') : `${measure(moreGB, 2)} GB more`;
  // Of a simulated run, what it took is what it is simulated to take.
  const isSame = Math.abs(beforeMs - latencyMs) < 1;
  const before = isSame ? '' : `, where ${secondsText(beforeMs)} is simulated without`;
  return `with ${change} ${secondsText(afterMs)}${before}`;
}

function percentOf(partMs: number, allMs: number): string {
  return `${Math.round((100 * partMs) / allMs)} %`;
}

function secondsText(ms: number): string {
  return ms < 1000 ? `${measure(ms, 3)} ms` : `${(ms / 1000).toFixed(2)} s`;
}
