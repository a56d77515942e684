import { writeSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { exitCodeOf } from '../../src/commands/terminal/present.ts';
import { playInProcess, playingSilently } from '../support/play-in-process.ts';

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  return { ...fs, writeSync: vi.fn(fs.writeSync) };
});

playingSilently();

test('a full disk ends the run: what is in flight ends, and the report is of what was measured', async () => {
  const notices: string[] = [];
  const played = await playInProcess(
    { conversation: { rounds: 3 }, pacing: { pauseSec: 2 }, population: { users: 1 } },
    {
      observer: { notice: (line) => notices.push(line) },
      // After the header; the first flush comes a second after the first record.
      meanwhile: (clock) =>
        clock.setTimeout(() => {
          vi.mocked(writeSync).mockImplementationOnce(() => {
            throw new Error('ENOSPC: no space left on device');
          });
        }, 100),
    },
  );
  expect(notices).toEqual([
    expect.stringMatching(/^error: the journal cannot be written: cannot write .*ENOSPC/),
  ]);
  expect(played.problems).toEqual([
    expect.stringMatching(/^the journal could not be written in full: .*ENOSPC/),
  ]);
  // Not an interrupt. That records are missing in the file is no bug: memory has them.
  expect(played).toMatchObject({ stoppedBy: 'unwritable', defect: undefined, outcome: 'failed' });
  expect(exitCodeOf(played)).toBe(1);
  expect(played.summary.counts).toMatchObject({ planned: 3, completed: 1, unsent: 2 });
  expect(played.files.at(-1)).toMatch(/summary\.json$/);
});
