import { Refused } from '../refused.ts';
import type { Checked } from './check.ts';
import { median, type ProbeSession, ttftMsOf } from './session.ts';
import { rise } from './tier.ts';

const DRIFT_SHARE = 0.25;
const DRIFT_MS = 2;

/** Tiny prompts at the end as at the beginning; a note where they are not alike. */
export async function noteDrift(
  session: ProbeSession,
  { tinyMs }: Checked,
  notes: string[],
): Promise<void> {
  const after: number[] = [];
  for (let i = 0; i < 5; i++) {
    const ms = ttftMsOf(await session.fresh('tiny again', session.overheadTokens + 8));
    if (ms !== undefined) after.push(ms);
  }
  const [first, last] = [median(tinyMs), median(after)];
  if (Math.abs(last - first) <= Math.max(DRIFT_MS, DRIFT_SHARE * first)) return;
  notes.push(
    `warning: tiny prompts took ${first.toFixed(1)} ms at the beginning and ${last.toFixed(1)} ms at the end: it did not stay as it was`,
  );
}

const OTHERS_SHARE = 0.01;

/** Somebody else's prompts are in its counters. */
export async function refuseOthers(
  session: ProbeSession,
  firstPage: string | undefined,
): Promise<void> {
  const counted = rise(firstPage, await session.page(), 'promptTokens');
  if (counted === undefined) return;
  const { inputTokens } = session.sums;
  const others = counted - inputTokens;
  if (session.failures.length > 0 || others <= OTHERS_SHARE * inputTokens) return;
  throw new Refused([
    `others used it meanwhile: it counted ${counted} prompt tokens, of which ${inputTokens} are of these probes; expected an idle server`,
  ]);
}
