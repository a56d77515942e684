import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from '../base/make-folder.ts';
import { writeWhole } from '../base/write-whole.ts';
import type { EarlierRun } from '../record/record.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { Workload } from '../workload/conversation.ts';
import type { Message } from '../workload/message.ts';

/** How a run begins: what others may have put into the same server's cache before it. */
interface Fingerprint {
  /** Of its URL, which may hold a secret. */
  readonly server: string;
  readonly dir: string;
  readonly epochMs: number;
  /** Of what all users share. */
  readonly shared?: string;
  /** Of the first prompt of each of the first users. */
  readonly prompts: readonly string[];
}

interface Begun {
  readonly dir: string;
  readonly epochMs: number;
  readonly scenario: Scenario;
  readonly workload: Workload;
}

/** Enough to see that a workload is played again; each costs a conversation before the run begins. */
const PROMPTS = 16;
const RUNS_KEPT = 100;
/** A prompt is told by so many characters of each of its messages. */
const CHARACTERS = 4096;

/**
 * The last of the runs remembered in this file that had sent the same server the same beginnings as this one, which is
 * remembered from now on. A file that cannot be read or written costs the next run its warning, and no more.
 */
export function earlierRun(file: string, begun: Begun): EarlierRun | undefined {
  const runs = remembered(file);
  const ours = fingerprintOf(begun);
  remember(file, [...runs, ours].slice(-RUNS_KEPT));
  const theirs = runs.findLast((run) => run.server === ours.server && isAlike(run, ours));
  if (!theirs) return undefined;
  return {
    dir: theirs.dir,
    agoMs: Math.max(0, ours.epochMs - theirs.epochMs),
    prompts: commonPrompts(theirs, ours),
    ofPrompts: ours.prompts.length,
    isShared: ours.shared !== undefined && theirs.shared === ours.shared,
  };
}

function isAlike(a: Fingerprint, b: Fingerprint): boolean {
  return (b.shared !== undefined && a.shared === b.shared) || commonPrompts(a, b) > 0;
}

function commonPrompts(a: Fingerprint, b: Fingerprint): number {
  const theirs = new Set(a.prompts);
  return b.prompts.filter((prompt) => theirs.has(prompt)).length;
}

function fingerprintOf({ dir, epochMs, scenario, workload }: Begun): Fingerprint {
  const { firstUserId, users = Infinity } = scenario.population;
  const count = Math.min(PROMPTS, users, workload.conversations ?? Infinity);
  const conversations = Array.from({ length: count }, (_, index) =>
    workload.conversation(firstUserId + index),
  );
  const salt = scenario.sampling.cacheSalt ?? '';
  const [first] = conversations;
  const shared = first && first.sharedTokens > 0 ? first.opening.slice(0, 1) : [];
  return {
    ...{ server: digestOf(scenario.target.url, []), dir, epochMs },
    ...(shared.length > 0 && !salt.includes('{userId}') && { shared: digestOf(salt, shared) }),
    prompts: conversations.flatMap(({ userId, opening, turns: [turn] }) => {
      if (!turn) return [];
      const said = [...opening, ...(turn.before ?? []), turn.message];
      return [digestOf(salt.replaceAll('{userId}', String(userId)), said)];
    }),
  };
}

function digestOf(salt: string, messages: readonly Message[]): string {
  const hash = createHash('sha256').update(salt);
  for (const { role, text } of messages) hash.update(`\0${role}\0${text.slice(0, CHARACTERS)}`);
  return hash.digest('hex').slice(0, 32);
}

function remembered(file: string): readonly Fingerprint[] {
  try {
    const { runs } = JSON.parse(readFileSync(file, 'utf8')) as { runs: unknown };
    return Array.isArray(runs) ? runs.filter(isFingerprint) : [];
  } catch {
    return [];
  }
}

function isFingerprint(value: unknown): value is Fingerprint {
  const { server, dir, epochMs, prompts } = (value ?? {}) as Partial<Fingerprint>;
  const isNamed = typeof server === 'string' && typeof dir === 'string';
  return isNamed && typeof epochMs === 'number' && Array.isArray(prompts);
}

function remember(file: string, runs: readonly Fingerprint[]): void {
  try {
    makeFolder(dirname(file));
    writeWhole(file, [`${JSON.stringify({ runs })}\n`]);
  } catch {
    // Not the run's business.
  }
}
