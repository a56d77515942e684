import type { Clock } from '../base/clock.ts';
import type { Certification, LateWindow, ProbeErrors } from '../record/record.ts';
import type { Scenario } from '../scenario/schema.ts';
import { probeCrowd } from './at-concurrency.ts';
import { type Beside, probeBeside } from './beside.ts';
import type { ProbePlan } from './probe-plan.ts';
import { type OpenProber, openProber } from './prober.ts';

/** How a stream of an engine may come: 50 tokens a second. */
export const USUAL_PLAN: ProbePlan = { firstMs: 50, gapMs: 20, chunks: 12 };
/** More would say what this machine can do at its most, and not what it does in the run. */
export const STREAMS_MAX = 1000;
const BEFORE_MS = 2000;

/** Lets a run find out how far off it measures. */
export interface Certifier {
  /** With so many probes at a time, which takes two or three seconds; a line of what was found. */
  before(streams: number, givenUp?: AbortSignal): Promise<ProbeErrors | undefined>;
  /** Begins to send a probe a second. */
  begin(): void;
  /** Ends that; what was found, and when the client was late by it. */
  end(): {
    readonly certification: Certification | undefined;
    readonly late: readonly LateWindow[];
  };
  close(): Promise<void>;
}

export async function openCertifier(
  scenario: Pick<Scenario, 'target' | 'sampling' | 'output'>,
  clock: Clock,
  lateMs: number,
  open: (...args: Parameters<typeof openProber>) => Promise<OpenProber> = openProber,
): Promise<Certifier> {
  const prober = await open(scenario, clock);
  let before: ProbeErrors | undefined;
  let beside: Beside | undefined;
  return {
    async before(streams, givenUp) {
      const crowd = { plan: USUAL_PLAN, forMs: BEFORE_MS, givenUp };
      const found = await probeCrowd(prober, { ...crowd, streams: Math.min(streams, STREAMS_MAX) });
      before = found.errors;
      return before;
    },
    begin() {
      beside ??= probeBeside(prober, lateMs);
    },
    end() {
      const { errors: during, late = [] } = beside?.stop() ?? {};
      const certification = { ...(before && { before }), ...(during && { during }) };
      return { certification: before || during ? certification : undefined, late };
    },
    close: () => prober.close(),
  };
}
