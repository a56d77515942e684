import { EXIT } from '../../base/errors.ts';
import type { Outcome, Played } from '../../play/played.ts';
import { reportText } from '../../report/text.ts';
import { reportColumns } from './screen.ts';
import { say } from './stderr.ts';

/** The report on stdout, with all columns of its tables if it `isWide`; what went wrong on stderr. `lost`: see `ReportOptions`. */
export function present(played: Played, isWide = false, lost?: string): void {
  const { before, after } = played.texts;
  const report = reportText(played.summary, { files: played.files, lost }, reportColumns(isWide));
  const texts = [before, report, after].filter((text) => text !== undefined);
  process.stdout.write(`${texts.join('\n\n')}\n`);
  presentProblems(played);
}

/** The numbers on stdout, as summary.json has them; what went wrong on stderr. */
export async function presentJson(played: Played): Promise<void> {
  const { summaryJson } = await import('../../export/summary-json.ts');
  process.stdout.write(summaryJson(played.summary));
  presentProblems(played);
}

/** What went wrong alone, for one of many runs. */
export function presentProblems({ exceeded, problems, defect }: Played): void {
  for (const limit of exceeded) say(`threshold exceeded: ${limit}`, { event: 'threshold' });
  for (const problem of problems) say(`error: ${problem}`);
  if (defect === undefined) return;
  say(
    `confab has a bug; please report this, with the journal; the report is not to be trusted:\n${defect}`,
    { event: 'bug' },
  );
}

const EXIT_CODES = {
  ok: EXIT.ok,
  failed: EXIT.thresholdFailed,
  unreachable: EXIT.engineUnreachable,
  interrupted: EXIT.interrupted,
  defect: EXIT.bug,
} satisfies Record<Outcome, number>;

/** With which code a command exits that has played. */
export function exitCodeOf({ outcome }: Pick<Played, 'outcome'>): number {
  return EXIT_CODES[outcome];
}
