import { createHash } from 'node:crypto';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { writeWhole } from '../../base/write-whole.ts';
import { runHeader } from '../../play/run-header.ts';
import { PAGES_FILE, pageLine } from '../../record/engine-pages.ts';
import { openJournal } from '../../record/journal.ts';
import { createRunFolder } from '../../record/run-folder.ts';
import type { Scenario } from '../../scenario/schema.ts';
import type { Probed } from './probe.ts';
import { recordOf } from './request.ts';
import type { ProbeKeeper } from './session.ts';
import { ProbesBefore } from './shared.ts';

export interface ProbeFolder extends ProbeKeeper {
  readonly dir: string;
  /** Closes the journal; SHA-256 of it. */
  close(): string;
  /** What the probes were, by the user ids of the journal, and all that was made of them; also of a session that failed. */
  keep(
    found: Partial<Omit<Probed, 'traffic'>> & {
      readonly refused?: readonly string[];
      readonly traffic?: readonly { readonly conversation: number; readonly id: number }[];
    },
  ): void;
}

interface FolderOptions {
  readonly scenario: Scenario;
  readonly clock: Clock;
  readonly target: { readonly model: string; readonly description: string };
  readonly commandLine?: string | undefined;
}

const PROBES_FILE = 'probes.json';

/** A run folder for probes: each a user of its own with one turn. */
export function openProbeFolder({
  scenario,
  clock,
  target,
  commandLine,
}: FolderOptions): ProbeFolder {
  const dir = createRunFolder(scenario.output.dir, 'calibrate', clock.originEpochMs + clock.now());
  const path = join(dir, 'journal.ndjson');
  const workload = { digest: 'probes', notes: ['probes of `confab calibrate`: see probes.json'] };
  const header = runHeader({ scenario, clock, workload, target, part: 0, commandLine });
  const journal = openJournal(path, header, clock);
  const startMs = clock.now();
  const before = new ProbesBefore();
  const kinds: { what: string; from: number; to: number }[] = [];
  return {
    dir,
    answered(what, answered) {
      journal.write({ ...recordOf(answered), ...before.sharedBy(answered) });
      const last = kinds.at(-1);
      // Those that are together end in any order.
      if (last?.what === what) {
        Object.assign(last, {
          from: Math.min(last.from, answered.id),
          to: Math.max(last.to, answered.id),
        });
      } else kinds.push({ what, from: answered.id, to: answered.id });
    },
    page(atMs, text) {
      appendFileSync(join(dir, PAGES_FILE), pageLine({ atMs, text }, 0));
    },
    close() {
      const endMs = clock.now();
      journal.close({
        stoppedBy: 'exhausted',
        measureStartMs: startMs,
        measureEndMs: endMs,
        drainStartMs: endMs,
        health: undefined,
      });
      return createHash('sha256').update(readFileSync(path)).digest('hex');
    },
    keep(found) {
      writeWhole(join(dir, PROBES_FILE), [
        `${JSON.stringify({ probes: kinds, ...found }, jsonNumber, 1)}\n`,
      ]);
    },
  };
}

/** JSON has no Infinity. */
function jsonNumber(_: string, value: unknown): unknown {
  return value === Infinity ? null : value;
}
