import type { TurnRecord } from '../record/record.ts';
import { isFailure } from '../record/record.ts';
import { tpotMs, ttftMs } from '../stats/latency.ts';
import { LogHistogram } from './log-histogram.ts';
import { TimeFold } from './time-fold.ts';

/** What is sampled once a second beside the records; absent is unknown. */
export interface Gauges {
  readonly inFlight: number;
  readonly activeUsers: number;
  /** Of the engine's last /metrics page. */
  readonly kvUsage?: number | undefined;
  readonly running?: number | undefined;
  readonly waiting?: number | undefined;
  /** Of this client: share of the time that its event loop was busy, and its longest delay. */
  readonly busy: number;
  readonly longestDelayMs: number;
}

type GaugeName = keyof Gauges;

/** One stretch of the run's time. */
export class LiveStretch {
  sent = 0;
  completed = 0;
  failed = 0;
  outputTokens = 0;
  inputTokens = 0;
  cachedTokens = 0;
  readonly ttft = new LogHistogram();
  readonly #gauges = new Map<GaugeName, { sum: number; count: number; max: number }>();

  sample(gauges: Gauges): void {
    for (const [name, value] of Object.entries(gauges) as [GaugeName, number | undefined][]) {
      if (value !== undefined) this.#add(name, { sum: value, count: 1, max: value });
    }
  }

  merge(other: LiveStretch): void {
    this.sent += other.sent;
    this.completed += other.completed;
    this.failed += other.failed;
    this.outputTokens += other.outputTokens;
    this.inputTokens += other.inputTokens;
    this.cachedTokens += other.cachedTokens;
    this.ttft.merge(other.ttft);
    for (const [name, gauge] of other.#gauges) this.#add(name, gauge);
  }

  mean(name: GaugeName): number | undefined {
    const gauge = this.#gauges.get(name);
    return gauge && gauge.sum / gauge.count;
  }

  max(name: GaugeName): number | undefined {
    return this.#gauges.get(name)?.max;
  }

  #add(name: GaugeName, { sum, count, max }: { sum: number; count: number; max: number }): void {
    const known = this.#gauges.get(name);
    if (!known) this.#gauges.set(name, { sum, count, max });
    else {
      known.sum += sum;
      known.count += count;
      known.max = Math.max(known.max, max);
    }
  }
}

/** One round, from 1; the last stands for all after it too. */
export class LiveRound {
  readonly ttft = new LogHistogram();
  readonly tpot = new LogHistogram();
  completed = 0;
  failed = 0;
  inputTokens = 0;
  cachedTokens = 0;

  /** Of the input tokens of requests that told; undefined: none did. */
  get cachedShare(): number | undefined {
    return this.inputTokens > 0 ? this.cachedTokens / this.inputTokens : undefined;
  }
}

const ROUNDS_MAX = 24;

/** What a page shows of a run under way. Its size does not grow with the records, nor does what one of them costs. */
export class LiveFold {
  readonly #time: TimeFold<LiveStretch>;
  readonly rounds: LiveRound[] = [];
  readonly failures = new Map<string, number>();

  /** @param startMs when measuring began, on the run's clock. */
  constructor(startMs: number) {
    this.#time = new TimeFold(startMs, () => new LiveStretch());
  }

  get time(): Pick<TimeFold<LiveStretch>, 'points' | 'widthMs'> {
    return this.#time;
  }

  get hasLaterRounds(): boolean {
    return this.rounds.length === ROUNDS_MAX;
  }

  add(record: TurnRecord): void {
    const { sentMs, endMs, status } = record;
    if (record.phase !== 'measure' || sentMs === undefined || endMs === undefined) return;
    const sent = this.#time.at(sentMs);
    if (!sent) return;
    const round = this.#roundOf(record.turn);
    sent.sent++;
    if (isFailure(status)) {
      round.failed++;
      this.failures.set(status, (this.failures.get(status) ?? 0) + 1);
      this.#time.at(endMs)!.failed++;
    }
    if (status !== 'ok') return;
    round.completed++;
    const ttft = ttftMs(record);
    sent.ttft.add(ttft);
    round.ttft.add(ttft);
    round.tpot.add(tpotMs(record));
    const ended = this.#time.at(endMs)!;
    ended.completed++;
    ended.outputTokens += record.outputTokens ?? 0;
    const { inputTokens, cachedTokens } = record;
    if (inputTokens === undefined || cachedTokens === undefined) return;
    for (const one of [round, ended]) {
      one.inputTokens += inputTokens;
      one.cachedTokens += cachedTokens;
    }
  }

  sample(nowMs: number, gauges: Gauges): void {
    this.#time.at(nowMs)?.sample(gauges);
  }

  #roundOf(turn: number): LiveRound {
    const at = Math.min(turn, ROUNDS_MAX - 1);
    while (this.rounds.length <= at) this.rounds.push(new LiveRound());
    return this.rounds[at]!;
  }
}
