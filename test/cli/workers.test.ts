import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { UNSENT } from '../../src/record/record.ts';
import { confab, journalOf, runFolder, start } from '../support/confab.ts';
import { freshFolder } from '../support/folders.ts';
import { startLoggingServer } from '../support/logging-server.ts';

const USERS = 12;
const ROUNDS = 3;
const LOAD = [
  `conversation={rounds: ${ROUNDS}, text: hi}`,
  'pacing.pauseSec=0',
  `population={users: ${USERS}, arrivals: {process: allAtOnce}, maxInFlight: 3}`,
].flatMap((set) => ['--set', set]);

/** Processes that this one has started, by what they run. */
function childrenOf(pid: number, script: string): number[] {
  const isChild = (id: string) => {
    try {
      const parent = /^\d+ \(.*\) \S (\d+)/.exec(readFileSync(`/proc/${id}/stat`, 'utf8'))?.[1];
      return Number(parent) === pid && readFileSync(`/proc/${id}/cmdline`, 'utf8').includes(script);
    } catch {
      return false;
    }
  };
  return readdirSync('/proc').filter(isChild).map(Number);
}

// Processes of their own, as there is no other way to be killed: all else is tried in one, in test/workers.
test('a worker that is killed is named, what it was to send is unsent, the others play on; a resume plays the rest', async () => {
  const server = await startLoggingServer({ reply: () => ({ ttftMs: 30, tokens: 2 }) });
  const cwd = freshFolder();
  try {
    const run = start(['run', '/dev/null', '--url', server.url, '--workers', '2', ...LOAD], {
      cwd,
    });
    await server.arrived(10);
    expect(server.inFlightMax).toBeLessThanOrEqual(3);
    const workers = childrenOf(run.process.pid!, 'workers/worker.js');
    expect(workers).toHaveLength(2);
    process.kill(workers[0]!, 'SIGKILL');
    const { code, stdout, stderr } = await run.ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/worker [01] of 2 was ended by SIGKILL: what it was to send/);
    expect(stdout).toMatch(/played by 2 workers/);
    const { records, footer } = journalOf(cwd);
    expect(footer).toMatchObject({ stoppedBy: 'users' });
    const keys = new Set(records.map(({ userId, turn }) => `${userId}/${turn}`));
    expect([keys.size, records.length]).toEqual([USERS * ROUNDS, USERS * ROUNDS]);
    const lost = records.filter(({ reason }) => reason === UNSENT.lost);
    expect(lost.length).toBeGreaterThan(0);
    expect(new Set(lost.map(({ userId }) => userId % 2)).size).toBe(1);
    expect(records.filter(({ status }) => status === 'ok')).toHaveLength(
      USERS * ROUNDS - lost.length,
    );

    const resumed = await confab(['run', '--resume', runFolder(cwd), '--workers', '1'], { cwd });
    expect(resumed.code).toBe(0);
    expect(resumed.stdout).toMatch(/\n {2}unsent +0\n/);
  } finally {
    await server.close();
  }
});
