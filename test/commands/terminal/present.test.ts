import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { exitCodeOf, present } from '../../../src/commands/terminal/present.ts';
import { outcomeOf, type Played } from '../../../src/play/played.ts';
import { summarise } from '../../../src/report/run-summary.ts';
import { reportText } from '../../../src/report/text.ts';
import { footer, samplePart, turnRecord } from '../../record/sample.ts';

function played(
  change: Partial<Played> = {},
  records = [turnRecord()],
  stoppedBy: 'users' | 'interrupt' | 'unreachable' = 'users',
): Played {
  const run = { parts: [samplePart({ records, footer: footer({ stoppedBy }) })], warnings: [] };
  const result = {
    ...{ dir: 'runs/x', run, summary: summarise(run), files: ['a', 'b'], texts: {} },
    ...{ problems: [], exceeded: [], stoppedBy, defect: undefined },
    ...change,
  };
  return { ...result, outcome: outcomeOf(result) };
}

const refused = [turnRecord({ status: 'connect' }), turnRecord({ status: 'unsent' })];
const answeredOnce = [turnRecord({ status: 'connect' }), turnRecord()];
const bad = { exceeded: ['ttftMs'], problems: ['no room'] };

test.each<[string, number, Played]>([
  ['it ended in order', 0, played()],
  ['nothing was asked', 1, played({}, [])],
  ['everything failed', 1, played({}, [turnRecord({ status: 'http', httpStatus: 503 })])],
  ['the engine went away', 3, played({}, answeredOnce, 'unreachable')],
  ['a threshold was not kept', 1, played({ exceeded: ['ttftMs.p99: found 9; accepted up to 8'] })],
  ['a result could not be written', 1, played({ problems: ['no room'] })],
  [
    'a journal without a footer that could not be written',
    1,
    played({ ...bad, stoppedBy: undefined }),
  ],
  ['every request was refused a connection', 3, played({}, refused)],
  ['and no threshold was kept either', 3, played(bad, refused)],
  ['one was refused, one answered', 0, played({}, answeredOnce)],
  ['it was interrupted', 130, played({}, [turnRecord()], 'interrupt')],
  ['interrupted, no threshold kept', 130, played(bad, [turnRecord()], 'interrupt')],
  ['interrupted, and refused', 130, played({}, refused, 'interrupt')],
  [
    'a record is missing, and it was interrupted',
    70,
    played({ defect: 'user 3' }, refused, 'interrupt'),
  ],
])('%s: exit code %i', (_, code, one) => {
  expect(exitCodeOf(one)).toBe(code);
});

describe('what is printed', () => {
  const printed = { stdout: '', stderr: '' };
  beforeEach(() => {
    for (const name of ['stdout', 'stderr'] as const) {
      printed[name] = '';
      vi.spyOn(process[name], 'write').mockImplementation((text) => {
        printed[name] += text;
        return true;
      });
    }
  });
  afterEach(() => vi.restoreAllMocks());

  test('the report with its files, and nothing else', () => {
    const one = played();
    present(one);
    const report = reportText(one.summary, { files: ['a', 'b'] });
    expect(printed).toEqual({ stdout: `${report}\n`, stderr: '' });
  });

  test("a companion's words around it, and what went wrong on stderr", () => {
    present(played({ ...bad, texts: { before: 'BEFORE', after: 'AFTER' } }));
    expect(printed.stdout).toMatch(/^BEFORE\n\n[\s\S]*\n\nAFTER\n$/);
    expect(printed.stderr).toBe('threshold exceeded: ttftMs\nerror: no room\n');
  });

  test('a bug is told after the report, with what is wrong', () => {
    present(played({ defect: 'measure: user 3: 1 planned requests have no record' }));
    expect(printed.stdout).toMatch(/completed +1/);
    expect(printed.stderr).toMatch(/^confab has a bug; please report this.*\nmeasure: user 3: 1 /);
  });
});
