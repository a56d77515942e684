import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { UsageError } from '../base/errors.ts';
import { isObject, parsedJson } from '../base/json.ts';
import type { JobResult } from './play-point.ts';

/** What a sweep was asked for, enough to go on with it. */
export interface SweepHeader {
  readonly format: 'confab-sweep';
  readonly version: 1;
  /** Of the confab that began it: another might draw otherwise. */
  readonly confab: string;
  /** What the command line said, as its verb reads it. */
  readonly asked: Readonly<Record<string, unknown>>;
}

/** The runs of a sweep that are over, a line each as soon as they are: after a kill they are not played again. */
export interface Ledger {
  readonly dir: string;
  find(key: string): JobResult | undefined;
  add(key: string, result: JobResult): void;
  /** No run is over. */
  isEmpty(): boolean;
  /** Above the ids of all users so far. */
  nextUserId(): number;
}

export const FILE = 'sweep.ndjson';

export function beginLedger(dir: string, header: SweepHeader): Ledger {
  writeFileSync(join(dir, FILE), `${JSON.stringify(header)}\n`);
  return ledgerOf(dir, new Map());
}

/** @throws UsageError if there is none in this folder. */
export function readLedger(dir: string): { readonly header: SweepHeader; readonly ledger: Ledger } {
  const path = join(dir, FILE);
  if (!existsSync(path)) {
    throw new UsageError(`${dir}: found no ${FILE} in it; expected the folder of a sweep`);
  }
  const [first = '', ...lines] = readFileSync(path, 'utf8').split('\n');
  const header = parsedJson(first);
  if (!isObject(header) || header['format'] !== 'confab-sweep' || header['version'] !== 1) {
    throw new UsageError(`${path}: line 1: expected the header of a sweep, of version 1`);
  }
  const results = new Map<string, JobResult>();
  for (const line of lines) {
    // The last one may have been cut off by a kill.
    const entry = parsedJson(line);
    if (!isObject(entry) || typeof entry['key'] !== 'string') continue;
    const { key, ...result } = entry as unknown as JobResult & { key: string };
    results.set(key, { ...result, dir: join(dir, result.dir) });
  }
  if (!readFileSync(path, 'utf8').endsWith('\n')) appendFileSync(path, '\n');
  return { header: header as unknown as SweepHeader, ledger: ledgerOf(dir, results) };
}

function ledgerOf(dir: string, results: Map<string, JobResult>): Ledger {
  return {
    dir,
    find: (key) => results.get(key),
    isEmpty: () => results.size === 0,
    nextUserId: () => Math.max(0, ...[...results.values()].map((result) => result.nextUserId)),
    add(key, result) {
      results.set(key, result);
      const kept = { key, ...result, dir: relative(dir, result.dir) };
      appendFileSync(join(dir, FILE), `${JSON.stringify(kept)}\n`);
    },
  };
}
