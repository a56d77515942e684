import type { Probe } from './probe.ts';
import { PROBES } from './probes.ts';
import { Prompts } from './prompts.ts';
import { type Said, type Subject, subjectOf } from './subject.ts';
import { Trial } from './trial.ts';
import { Silent, type Verdict, verdictOf } from './verdict.ts';
import type { Wire } from './wire.ts';

export interface ConformOptions {
  readonly said: Said;
  /** Tells this certificate's prompts from those of any other. */
  readonly seed: string;
  /** Probes by their ids; default: all. Those that they rest on are played as well. */
  readonly only?: readonly string[] | undefined;
  /** Leave out what fills or empties the cache. */
  readonly isGentle?: boolean;
  /** Most tokens that are sent to fill a cache. */
  readonly fillTokensMax: number;
  readonly probes?: Readonly<Record<string, Probe>>;
  readonly givenUp?: AbortSignal | undefined;
  readonly onVerdict?: (id: string, verdict: Verdict) => void;
}

export interface Conformance {
  readonly subject: Subject;
  readonly verdicts: Readonly<Record<string, Verdict>>;
  readonly isInterrupted: boolean;
}

/** Plays the probes, one after the other. What a probe rests on and what deviates makes it silent. */
export async function conform(wire: Wire, options: ConformOptions): Promise<Conformance> {
  const { probes = PROBES, givenUp, onVerdict } = options;
  const prompts = new Prompts(options.seed);
  const subject = await subjectOf(wire, options.said, prompts);
  const wanted = options.only && closure(options.only, probes);
  const verdicts: Record<string, Verdict> = {};
  for (const [id, probe] of Object.entries(probes)) {
    if (wanted && !wanted.has(id)) continue;
    if (givenUp?.aborted) break;
    const verdict =
      leftOut(probe, options) ??
      restingOn(probe, verdicts) ??
      (await judged(wire, subject, prompts, probe, options));
    verdicts[id] = verdict;
    onVerdict?.(id, verdict);
  }
  return { subject, verdicts, isInterrupted: givenUp?.aborted ?? false };
}

function closure(ids: readonly string[], probes: Readonly<Record<string, Probe>>): Set<string> {
  const all = new Set<string>();
  const add = (id: string): void => {
    if (all.has(id)) return;
    all.add(id);
    for (const below of probes[id]?.restsOn ?? []) add(below);
  };
  for (const id of ids) add(id);
  return all;
}

function leftOut({ disturbs }: Probe, { isGentle }: ConformOptions): Verdict | undefined {
  return disturbs && isGentle ? { verdict: 'silent', reason: 'left out (--gentle)' } : undefined;
}

/** What deviates, or is silent for want of that, at the bottom of it. */
function restingOn(
  { restsOn = [] }: Probe,
  verdicts: Readonly<Record<string, Verdict>>,
): Verdict | undefined {
  for (const id of restsOn) {
    const below = verdicts[id];
    if (below?.verdict === 'deviating') {
      return { verdict: 'silent', reason: `rests on ${id}, which deviates` };
    }
    if (below?.verdict === 'silent') {
      const isAtTheBottom = !below.reason.startsWith('rests on ');
      return {
        verdict: 'silent',
        reason: isAtTheBottom ? `rests on ${id}, which is silent` : below.reason,
      };
    }
  }
  return undefined;
}

async function judged(
  wire: Wire,
  subject: Subject,
  prompts: Prompts,
  probe: Probe,
  { fillTokensMax }: ConformOptions,
): Promise<Verdict> {
  // Where nothing is found in the cache at all, the first probes say so: by blocks of any size.
  const block = subject.blockTokens ?? UNKNOWN_BLOCK;
  const trial = new Trial(wire, subject, prompts, { block, fillTokensMax });
  try {
    await probe.run(trial);
  } catch (error) {
    if (!(error instanceof Silent)) throw error;
    // What was compared until then still holds.
    const verdict = verdictOf(trial.checks);
    if (verdict.verdict !== 'deviating') return { verdict: 'silent', reason: error.message };
    return verdict;
  }
  return verdictOf(trial.checks);
}

const UNKNOWN_BLOCK = 16;
