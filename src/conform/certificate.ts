import { createHash } from 'node:crypto';
import { version } from '../base/version.ts';
import type { Conformance } from './conform.ts';
import type { Probe } from './probe.ts';
import { PROBES, REVISION } from './probes.ts';
import type { Subject } from './subject.ts';
import { deviations, type Verdict } from './verdict.ts';

/** What was found of a server, to be kept: as JSON it is read by other programs. */
export interface Certificate {
  readonly format: 'confab-conformance';
  readonly formatVersion: 1;
  readonly madeBy: string;
  /** ISO 8601. */
  readonly date: string;
  readonly server: Subject;
  /** Of the prompts, which are drawn. */
  readonly seed: string;
  /** Certificates of the same digest were made by the same probes. */
  readonly probesDigest: string;
  readonly counts: Readonly<Record<Verdict['verdict'], number>>;
  readonly probes: readonly CertifiedProbe[];
}

export type CertifiedProbe = Pick<Probe, 'title' | 'sends' | 'expects'> & {
  readonly id: string;
} & Verdict;

export function certificateOf(
  { subject, verdicts }: Conformance,
  { seed, epochMs }: { readonly seed: string; readonly epochMs: number },
): Certificate {
  const probes = Object.entries(verdicts).map(([id, verdict]) => {
    const { title, sends, expects } = PROBES[id]!;
    return { id, title, sends, expects, ...verdict };
  });
  const count = (of: Verdict['verdict']) => probes.filter(({ verdict }) => verdict === of).length;
  return {
    format: 'confab-conformance',
    formatVersion: 1,
    madeBy: `confab ${version()}`,
    date: new Date(epochMs).toISOString(),
    server: subject,
    seed,
    probesDigest: probesDigest(),
    counts: { passed: count('passed'), deviating: count('deviating'), silent: count('silent') },
    probes,
  };
}

/** SHA-256 of all rows of the table of probes, and of its revision. */
export function probesDigest(): string {
  const rows = Object.entries(PROBES).map(([id, { title, sends, expects, restsOn = [] }]) => ({
    ...{ id, title, sends, expects, restsOn },
  }));
  return createHash('sha256').update(JSON.stringify({ REVISION, rows })).digest('hex');
}

/** `expected 48, found 32: cached tokens`, of every check in which the server deviates. */
export function deviationTexts(probe: Verdict): string[] {
  return deviations(probe).map(
    ({ what, expected, found }) => `expected ${expected}, found ${found}: ${what}`,
  );
}

/** `vLLM 0.32.0`, `confab engine 0.1.0 (as vLLM 0.32)`. */
export function serverName({ engine, version: of, answersAs }: Subject): string {
  const as = answersAs && `(as ${answersAs})`;
  return [engine ?? 'a server that does not say what it is', of, as].filter(Boolean).join(' ');
}
