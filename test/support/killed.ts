import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { TurnRecord } from '../../src/record/record.ts';
import { confab, type Started, start } from './confab.ts';
import { freshFolder } from './folders.ts';
import { startLoggingServer } from './logging-server.ts';

const USERS = 12;
const ROUNDS = 3;
/** Of an uninterrupted run. */
export const TURNS = USERS * ROUNDS;

const LOAD = [
  `conversation={rounds: ${ROUNDS}, text: hi}`,
  'pacing.pauseSec=0',
  `population={users: ${USERS}, arrivals: {process: closed, concurrency: 3}}`,
  'target.sessionHeaders=[x-user-id]',
].flatMap((set) => ['--set', set]);

/** When a process is killed. */
export interface Moment {
  /** When so many requests of it have come to the engine, */
  readonly requests: number;
  /** so long after that, */
  readonly afterMs?: number;
  /** and not before so many turns are in its journal. */
  readonly recorded?: number;
}

const keyOf = ({ userId, turn }: TurnRecord) => `${userId}/${turn}`;
const sorted = (keys: Iterable<string>) => [...keys].sort();
const ALL = sorted(
  Array.from(
    { length: TURNS },
    (_, index) => `${1 + Math.floor(index / ROUNDS)}/${index % ROUNDS}`,
  ),
);

/**
 * Kills a run at the first moment, and its resumes at the others; then resumes it to the end. What is told after
 * each is compared with what the engine was sent. Resolves with how many turns each part has recorded.
 */
export async function killedAndResumed(
  moments: readonly Moment[],
  answerMs: number,
): Promise<number[]> {
  let heldFrom = Infinity;
  const server = await startLoggingServer({
    reply: ({ index }) =>
      index >= heldFrom ? { kind: 'silence' } : { ttftMs: answerMs, tokens: 2 },
  });
  const cwd = freshFolder();
  const target = ['--url', server.url];
  const play = (dir: string | undefined) =>
    dir === undefined
      ? ['run', '/dev/null', ...target, '--seed', '5', ...LOAD]
      : ['run', '--resume', dir, ...target];
  let run: Started | undefined;
  try {
    let dir: string | undefined;
    for (const { requests, afterMs = 0, recorded = 0 } of moments) {
      const before = server.requests.length;
      const number = dir === undefined ? 0 : partsOf(dir).length;
      // Who waits for the journal must not see the end of the run first.
      if (recorded > 0) heldFrom = before + requests - 1;
      run = start(play(dir), { cwd });
      await Promise.race([server.arrived(before + requests), run.ended]);
      await Promise.race([new Promise((done) => setTimeout(done, afterMs)), run.ended]);
      await expect
        .poll(() => recordedIn(cwd, number), { timeout: 60_000, interval: 20 })
        .toBeGreaterThanOrEqual(recorded);
      run.process.kill('SIGKILL');
      await run.ended;
      heldFrom = Infinity;
      dir = folderIn(cwd);
      if (dir !== undefined) await reported(dir, cwd, server.requests.length);
    }
    const { code, stderr } = await confab(play(dir), { cwd });
    expect([code, stderr]).toEqual([0, expect.not.stringMatching(/bug|error/)]);
    dir = folderIn(cwd)!;
    const parts = partsOf(dir);
    expect(sorted(new Set(parts.flat().map(keyOf)))).toEqual(ALL);
    const { counts } = JSON.parse(readFileSync(join(dir, 'summary.json'), 'utf8'));
    const twice = parts.flat().length - TURNS;
    expect(counts).toMatchObject({ planned: TURNS, failed: 0, cancelled: 0, unsent: 0 });
    // Measured twice is measured twice, and said.
    expect([counts.completed, counts.playedAgain ?? 0]).toEqual([TURNS + twice, twice]);
    expect(existsSync(join(dir, 'lock'))).toBe(false);
    return parts.map((part) => part.length);
  } finally {
    run?.process.kill('SIGKILL');
    await server.close();
  }
}

/** The report of a run that was killed says what is recorded, nothing of it twice, and that it did not end. */
async function reported(dir: string, cwd: string, sent: number): Promise<void> {
  const parts = partsOf(dir);
  if (parts.length === 0) return;
  for (const part of parts) expect(new Set(part.map(keyOf)).size).toBe(part.length);
  expect(parts.flat().length).toBeLessThanOrEqual(sent);
  const { code, stdout, stderr } = await confab(['report', dir], { cwd });
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(new RegExp(`^ {2}completed +${parts.flat().length}$`, 'm'));
  const hasEnded = /"stoppedBy"/.test(readFileSync(join(dir, journalsIn(dir).at(-1)!), 'utf8'));
  if (!hasEnded) expect(stdout).toMatch(/OUT\s+OF\s+ORDER\s+\(killed/);
  expect(stdout).not.toMatch(/NaN|undefined|more than once/);
}

function folderIn(cwd: string): string | undefined {
  const parent = join(cwd, 'runs');
  const [name] = existsSync(parent) ? readdirSync(parent) : [];
  const dir = name === undefined ? undefined : join(parent, name);
  return dir !== undefined && journalsIn(dir).length ? dir : undefined;
}

/** How many turns the part of this number has on disk. */
function recordedIn(cwd: string, part: number): number {
  const dir = folderIn(cwd);
  return (dir === undefined ? undefined : partsOf(dir)[part])?.length ?? 0;
}

function journalsIn(dir: string): string[] {
  return readdirSync(dir)
    .filter((name) => name.startsWith('journal'))
    .sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
}

/** What each journal of a run has of turns that completed; a line that was cut off does not count. */
function partsOf(dir: string): TurnRecord[][] {
  return journalsIn(dir).map((name) =>
    readFileSync(join(dir, name), 'utf8')
      .split('\n')
      .slice(1, -1)
      .map((line) => JSON.parse(line))
      .filter(({ status }) => status === 'ok'),
  );
}
