import { counted } from '../base/counted.ts';
import type { IdealTurn } from '../cache/ideal.ts';
import type { RunPart } from '../record/journal-reader.ts';
import type { EarlierRun, TurnRecord } from '../record/record.ts';
import type { Scenario } from '../scenario/schema.ts';
import { duration } from './duration.ts';
import type { Section } from './section.ts';

/** Requests, and tokens that they found in the engine's cache. */
export interface FoundBefore {
  readonly requests: number;
  readonly tokens: number;
}

/** What was in the engine's cache before this run asked for it. What there was none of is absent. */
export interface ContaminationSummary {
  /** First turns that found what nobody in this run had sent: more than the users' shared part. */
  readonly firstTouch?: FoundBefore;
  /** First turns that the warm-up had played, beyond the users' shared part. */
  readonly warmup?: FoundBefore;
  /** An earlier run against the same server that began as this one does, unless the first request found nothing of it. */
  readonly earlierRun?: EarlierRun;
}

/** What a chat template puts before the first message is alike too, and nobody counts it: at most so many tokens. */
const TEMPLATE_MAX = 64;

/** Of texts that are the user's own: nobody else's are alike. */
export function contaminationOf(
  turns: readonly IdealTurn[],
  parts: readonly RunPart[],
  scenario: Scenario | undefined,
): ContaminationSummary | undefined {
  const isOwn = scenario?.conversation.source === 'synthetic';
  const firstTouch = isOwn ? foundOf(turns.filter(({ begins }) => begins === 'new')) : undefined;
  const warmup = foundOf(turns.filter(({ begins }) => begins === 'replayed'));
  const [part] = parts;
  const isRefuted = firstTouch === undefined && part && foundNothing(part);
  const earlierRun = isRefuted ? undefined : part?.header.earlierRun;
  if (!firstTouch && !warmup && !earlierRun) return undefined;
  return {
    ...(firstTouch && { firstTouch }),
    ...(warmup && { warmup }),
    ...(earlierRun && { earlierRun }),
  };
}

/** The first request, of the warm-up or not, would have found what the earlier run had sent, and found nothing. */
function foundNothing({ header: { earlierRun }, records }: RunPart): boolean {
  if (!earlierRun) return false;
  const { isShared, prompts, ofPrompts } = earlierRun;
  if (!isShared && prompts < ofPrompts) return false;
  let first: TurnRecord | undefined;
  for (const record of records) {
    if (record.sentMs === undefined || record.status !== 'ok' || record.agent) continue;
    if (!first || record.sentMs < first.sentMs!) first = record;
  }
  return first?.cachedTokens === 0 && first.attempts === 1;
}

function foundOf(turns: readonly IdealTurn[]): FoundBefore | undefined {
  const tokens = turns.flatMap(({ cachedTokens = 0, sharedTokens = 0 }) => {
    const beyond = cachedTokens - sharedTokens;
    return beyond > TEMPLATE_MAX ? [beyond] : [];
  });
  if (tokens.length === 0) return undefined;
  return { requests: tokens.length, tokens: tokens.reduce((a, b) => a + b, 0) };
}

/** The first lines of a report, as hits that are another run's make a cache look better than it is. */
export function contaminationSections(found: ContaminationSummary | undefined): Section[] {
  if (!found) return [];
  const { firstTouch, warmup, earlierRun } = found;
  const lines = [
    ...(firstTouch
      ? [
          `${foundText(firstTouch)} in the cache that nobody in this run had sent: an earlier run had, or somebody else`,
        ]
      : []),
    ...(earlierRun ? [earlierText(earlierRun)] : []),
    ...(warmup
      ? [`${foundText(warmup)} that the warm-up had sent, whose first turns it had played`]
      : []),
  ];
  const isForeign = firstTouch !== undefined || earlierRun !== undefined;
  if (!isForeign) return [{ title: 'Found at first touch', lines }];
  return [
    {
      title: 'WARNING: the cache was not empty: what was found in it is not all of this run.',
      isWarning: true,
      lines: [
        ...lines,
        'Empty it before a run, or keep runs apart with --isolate salt (or marker).',
      ],
    },
  ];
}

function foundText({ requests, tokens }: FoundBefore): string {
  return `${counted(requests, 'first turn')} found ${counted(tokens, 'token')}`;
}

function earlierText({ dir, agoMs, prompts, ofPrompts, isShared }: EarlierRun): string {
  const what = prompts
    ? `${prompts} of the first ${ofPrompts} prompts`
    : 'the shared system prompt';
  const also = prompts && isShared ? ', and the shared system prompt' : '';
  return `an earlier run sent this server ${what}${also}, ${duration(agoMs)} before: ${dir}`;
}
