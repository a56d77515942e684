import { writeWhole } from '../../base/write-whole.ts';
import { checkWritable } from '../../play/writable.ts';
import type { Figure } from '../../report/figures/figure.ts';
import type { Section } from '../../report/section.ts';
import { type Flag, grouped } from '../flags/flag-table.ts';
import { screenFlags } from '../flags/flags.ts';
import { PICTURE_FLAG } from '../page/page-flags.ts';
import { reportColumns } from '../terminal/screen.ts';

export interface OutcomeFlags {
  readonly json?: string;
  readonly figure?: string;
  readonly wide?: boolean;
}

export const outcomeFlags: readonly Flag[] = grouped('What comes of it', [
  { flags: '--json <file>', says: 'write all numbers; -: to stdout, instead of the text' },
  PICTURE_FLAG,
  ...screenFlags,
]);

export interface Outcome {
  readonly sections: readonly Section[];
  readonly figures: readonly Figure[];
  readonly json: string;
}

/** What is found is told as the flags say; what cannot be written is refused before anything is read. */
export async function telling(
  { json, figure, wide }: OutcomeFlags,
  find: () => Promise<Outcome>,
): Promise<void> {
  if (json !== undefined && json !== '-') checkWritable('--json', json);
  const draw =
    figure === undefined
      ? undefined
      : (await import('../page/picture-file.ts')).pictureWriter(figure);
  const outcome = await find();
  await draw?.(outcome.figures);
  if (json === '-') {
    process.stdout.write(outcome.json);
    return;
  }
  if (json !== undefined) writeWhole(json, [outcome.json]);
  const { sectionsText } = await import('../../report/render/text.ts');
  process.stdout.write(`${sectionsText(outcome.sections, reportColumns(wide))}\n`);
}
