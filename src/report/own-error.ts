import type { Certification, ErrorSpread, ProbeErrors } from '../record/record.ts';
import { measure } from './number.ts';

/** Two digits: an error of an error. */
const DIGITS = 2;
/** A p99 of fewer is their greatest. */
const PROBES_MIN = { p99: 100, p90: 10 } as const;

/** The highest percentile that there are enough probes for. */
export function judgeOf({ probes }: Pick<ProbeErrors, 'probes'>): 'p99' | 'p90' | 'p50' {
  if (probes >= PROBES_MIN.p99) return 'p99';
  return probes >= PROBES_MIN.p90 ? 'p90' : 'p50';
}

/** What probes found, in a line. `when` they were sent: `beside the run`. */
export function ownErrorText(errors: ProbeErrors, when: string): string {
  const { ttftMs, gapMs, sendLatenessMs, probes, failed, streams } = errors;
  const how = streams > 1 ? `, ${streams} at a time` : '';
  const lost = failed > 0 ? ` (${failed} more had no answer)` : '';
  const parts = [
    `TTFT ${spread(ttftMs, signed)}`,
    ...(gapMs ? [`gaps ${spread(gapMs, (ms) => `±${measure(ms, DIGITS)}`)}`] : []),
    `sent late ${spread(sendLatenessMs, (ms) => measure(ms, DIGITS))}`,
  ];
  return `own error, p50 / p99 / max of ${probes} probes ${when}${how}${lost}: ${parts.join(', ')}`;
}

function spread({ p50, p99, max }: ErrorSpread, write: (ms: number) => string): string {
  return `${[p50, p99, max].map(write).join(' / ')} ms`;
}

function signed(ms: number): string {
  const text = measure(ms, DIGITS);
  return ms > 0 && text !== '0' ? `+${text}` : text;
}

/** Of a run and its resumes, or of processes beside each other: the worst of each, from all probes. */
export function worstOf(all: readonly (Certification | undefined)[]): Certification | undefined {
  const before = worstErrors(all.flatMap((one) => one?.before ?? []));
  const during = worstErrors(all.flatMap((one) => one?.during ?? []));
  if (!before && !during) return undefined;
  return { ...(before && { before }), ...(during && { during }) };
}

function worstErrors(all: readonly ProbeErrors[]): ProbeErrors | undefined {
  if (all.length < 2) return all[0];
  const gaps = all.flatMap(({ gapMs }) => gapMs ?? []);
  return {
    streams: Math.max(...all.map(({ streams }) => streams)),
    probes: all.reduce((sum, { probes }) => sum + probes, 0),
    failed: all.reduce((sum, { failed }) => sum + failed, 0),
    ttftMs: worstSpread(all.map(({ ttftMs }) => ttftMs)),
    ...(gaps.length && { gapMs: worstSpread(gaps) }),
    sendLatenessMs: worstSpread(all.map(({ sendLatenessMs }) => sendLatenessMs)),
  };
}

function worstSpread(all: readonly ErrorSpread[]): ErrorSpread {
  const of = (name: keyof ErrorSpread) => Math.max(...all.map((one) => one[name]));
  return { p50: of('p50'), p90: of('p90'), p99: of('p99'), max: of('max') };
}
