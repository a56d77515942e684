import { processOf } from '../population/processes.ts';
import { type RunSummary, summarise } from '../report/run-summary.ts';
import type { Partition } from '../scenario/population.ts';
import type { Scenario } from '../scenario/schema.ts';
import { Column } from '../stats/column.ts';
import { type Distribution, distributionOf } from '../stats/quantile.ts';
import { type RoundSummary, Rounds } from '../stats/rounds.ts';
import { cvOf, meanOf } from '../workload/draw/distribution.ts';
import { type LittlesLaw, littleOfConversations, littleOfRequests } from './little.ts';
import type { PlannedPlay } from './planned-play.ts';
import { type RateLaw, rateLawOf } from './rate-law.ts';
import { type ScheduleBucket, scheduleOf, steadyRequestsPerSec } from './schedule.ts';
import { type KvWorkingSet, workingSet } from './working-set.ts';

/** All that a plan says. An absent field is unknown. Units end the names; shares are 0 to 1. */
export interface Plan extends Pick<RunSummary, 'run' | 'counts' | 'conversations' | 'concurrency'> {
  readonly latency: PlannedPlay['latency'];
  readonly partition?: Partition;
  readonly warmupRequests: number;
  /** Of time in which requests fall due. */
  readonly offeringMs: number;
  /** Of the gaps between conversations: as configured, and as they came. */
  readonly arrivalGapCv: { readonly configured?: number; readonly played?: number };
  readonly pauseSec: { readonly mean?: number; readonly cv?: number };
  readonly tokens: PlanTokens;
  readonly schedule: readonly ScheduleBucket[];
  readonly requestsPerSec: {
    readonly mean?: number;
    readonly steady?: number;
    readonly peak?: number;
  };
  readonly little: { readonly conversations?: LittlesLaw; readonly requests?: LittlesLaw };
  readonly rateLaw?: RateLaw;
  readonly kv: KvWorkingSet;
  readonly cache: PlanCache;
  readonly rounds: readonly RoundSummary[];
}

/** Turns at times of their own have no pauses, and recorded ones are each its own. */
function pauseOf({ mode, pauseSec }: Scenario['pacing']): Plan['pauseSec'] {
  if (mode === 'trace' || mode === 'recorded') return {};
  return { ...known('mean', meanOf(pauseSec)), ...known('cv', cvOf(pauseSec)) };
}

/** Tokens a request, but for the totals. */
export interface PlanTokens {
  readonly input?: Distribution;
  /** The new message alone: the question, after the user's own history in the first round. */
  readonly message?: Distribution;
  /** The rest of the input: shared part, earlier turns, chat template. */
  readonly before?: Distribution;
  readonly shared?: Distribution;
  readonly output?: Distribution;
  readonly inputTotal: number;
  readonly outputTotal: number;
  /** Input that would have to be computed if nothing were ever evicted. */
  readonly computedTotal: number;
}

export interface PlanCache {
  readonly idealShare?: number;
  /** Those of engine.defects that change prompts: the ideal is of prompts as they make them. */
  readonly defects?: readonly string[];
  /** 1 - unique / all blocks of prompts. */
  readonly sharingRatio?: number;
}

export function planOf(play: PlannedPlay): Plan {
  const { header, footer, requests, live, scenario, latency, promptBlocks } = play;
  const records = requests.map(({ record }) => record);
  const measured = { startMs: footer.measureStartMs, endMs: footer.measureEndMs };
  const offering = { startMs: footer.measureStartMs, endMs: footer.drainStartMs };
  const summary = summarise({ parts: [{ header, records, footer }], warnings: [] });
  const tokens = tokensOf(requests);
  const schedule = scheduleOf(records, live, offering);
  const steady = steadyRequestsPerSec(records, offering);
  const conversations = littleOfConversations(records, live.conversations, offering);
  const inFlight = littleOfRequests(records, summary.concurrency.mean, measured);
  const rateLaw = rateLawOf(scenario);
  return {
    run: summary.run,
    counts: summary.counts,
    conversations: planned(summary.conversations),
    concurrency: summary.concurrency,
    latency,
    ...known('partition', scenario.population.partition),
    warmupRequests: play.warmupRequests,
    offeringMs: offering.endMs - offering.startMs,
    arrivalGapCv: {
      ...known('configured', processOf(scenario.population.arrivals).gapCv),
      ...known('played', summary.arrivalGapCv),
    },
    pauseSec: pauseOf(scenario.pacing),
    tokens,
    schedule,
    requestsPerSec: {
      ...(schedule.length && { mean: meanRate(schedule), peak: peakOf(schedule) }),
      ...known('steady', steady),
    },
    little: {
      ...(conversations && { conversations }),
      ...(inFlight && { requests: inFlight }),
    },
    ...(rateLaw && { rateLaw }),
    kv: workingSet(play, offering),
    cache: {
      ...(tokens.inputTotal > 0 && {
        idealShare: 1 - tokens.computedTotal / tokens.inputTotal,
      }),
      ...known('defects', promptDefects(scenario.engine.defects)),
      ...(promptBlocks.all > 0 && { sharingRatio: 1 - promptBlocks.unique / promptBlocks.all }),
    },
    rounds: roundsOf(requests),
  };
}

function tokensOf(requests: PlannedPlay['requests']): PlanTokens {
  const columns = {
    input: new Column(),
    message: new Column(),
    before: new Column(),
    shared: new Column(),
    output: new Column(),
  };
  const total = { input: 0, output: 0, computed: 0 };
  for (const { record, idealTokens = 0 } of requests) {
    const { status, inputTokens, outputTokens, messageTokens, sharedTokens } = record;
    if (status !== 'ok' || inputTokens === undefined) continue;
    columns.input.add(inputTokens);
    columns.message.add(messageTokens);
    columns.before.add(messageTokens === undefined ? undefined : inputTokens - messageTokens);
    columns.shared.add(sharedTokens);
    columns.output.add(outputTokens);
    total.input += inputTokens;
    total.output += outputTokens ?? 0;
    total.computed += inputTokens - idealTokens;
  }
  return {
    ...row('input', columns.input),
    ...row('message', columns.message),
    ...row('before', columns.before),
    ...row('shared', columns.shared),
    ...row('output', columns.output),
    inputTotal: total.input,
    outputTotal: total.output,
    computedTotal: total.computed,
  };
}

function row<Name extends string>(name: Name, column: Column) {
  return known(name, distributionOf(column));
}

function known<Name extends string, Value>(name: Name, value: Value | undefined) {
  return (value === undefined ? {} : { [name]: value }) as { [key in Name]?: Value };
}

function meanRate(schedule: readonly ScheduleBucket[]): number {
  const requests = schedule.reduce((sum, bucket) => sum + bucket.requests, 0);
  return (requests * 1000) / schedule.at(-1)!.toMs;
}

/** A last bucket that is shorter than the others says little about a rate. */
function peakOf(schedule: readonly ScheduleBucket[]): number {
  const widthMs = schedule[0]!.toMs - schedule[0]!.fromMs;
  const whole = schedule.filter(({ fromMs, toMs }) => toMs - fromMs >= widthMs / 2);
  return Math.max(...whole.map(({ requestsPerSec }) => requestsPerSec));
}

function promptDefects(defects: Scenario['engine']['defects']): readonly string[] | undefined {
  const { retokenised, thinkingStripped, templateDrift } = defects;
  const names = [
    ...(retokenised > 0 ? ['retokenised'] : []),
    ...(thinkingStripped ? ['thinkingStripped'] : []),
    ...(templateDrift === 'none' ? [] : ['templateDrift']),
  ];
  return names.length ? names : undefined;
}

function roundsOf(requests: PlannedPlay['requests']): readonly RoundSummary[] {
  const rounds = new Rounds();
  for (const { record, idealTokens } of requests) {
    rounds.add(record);
    if (record.status === 'ok') {
      rounds.addIdeal({ turn: record.turn, inputTokens: record.inputTokens, idealTokens });
    }
  }
  return rounds.close().groups;
}

/** All of them are known: they are no sample. */
function planned({ turnsDone, ...conversations }: RunSummary['conversations']) {
  if (!turnsDone) return conversations;
  const { certainty: _, ...values } = turnsDone;
  return { ...conversations, turnsDone: values };
}
