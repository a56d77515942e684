import { Command } from 'commander';
import { EXIT, UsageError } from '../../base/errors.ts';
import { version } from '../../base/version.ts';
import { writeWhole } from '../../base/write-whole.ts';
import type { Certificate } from '../../certify/certificate.ts';
import { checkWritable } from '../../play/writable.ts';
import type { Page } from '../../report/html/page.ts';
import { withFlags } from '../flags/flag-table.ts';
import { flowingHelp } from '../terminal/help-text.ts';
import { reportColumns } from '../terminal/screen.ts';
import { type CertifyFlags, certifyFlags } from './flags.ts';

const HELP = `
Measures this client, and no engine: a server in this process answers requests in
chunks and says of each when it left; the requests go through the same code as
those of a run. What is measured less what is true is the client's own error.

With a scenario it says whether the number of requests that it has in flight lies
within what this machine can measure: exit code 1 if not. --certify does the same
before any run, and sends one probe a second beside it.
`;

export function certifyCommand(): Command {
  const command = new Command('certify')
    .argument('[scenario]', 'YAML or JSON file, or a name that `confab scenarios` lists')
    .description("Find out this client's own error, by streams at a time and chunks a second.")
    .addHelpText('after', flowingHelp(HELP))
    .action(certify);
  return withFlags(command, certifyFlags);
}

async function certify(file: string | undefined, flags: CertifyFlags): Promise<void> {
  const { json, figure, wide } = flags;
  if (file === undefined && flags.set.length > 0) {
    throw new UsageError(
      `found --set ${flags.set[0]} without a scenario; expected one to set it in`,
    );
  }
  if (json !== undefined && json !== '-') checkWritable('--json', json);
  const { pageWriter } = await import('../page/page-file.ts');
  const writePage = pageWriter(flags, 'certify.html');
  const draw = figure === undefined ? undefined : await drawing(figure);
  const [{ certificateFor }, { certificateSections }, { sectionsText }] = await Promise.all([
    import('./probing.ts'),
    import('../../certify/text.ts'),
    import('../../report/render/text.ts'),
  ]);
  const { certificate, isInterrupted } = await certificateFor(file, certifyFlags, flags);
  await draw?.(certificate);
  await writePage?.('.', await pageOf(certificate));
  const text = `${JSON.stringify(certificate, null, 2)}\n`;
  if (json === '-') process.stdout.write(text);
  else {
    if (json !== undefined) writeWhole(json, [text]);
    const sections = certificateSections(certificate);
    process.stdout.write(`${sectionsText(sections, reportColumns(wide))}\n`);
  }
  if (isInterrupted) process.exitCode = EXIT.interrupted;
  else if (certificate.scenario?.isWithin === false) process.exitCode = EXIT.thresholdFailed;
}

async function pageOf(certificate: Certificate): Promise<Page> {
  const [{ certificateSections }, { certificateFigures }] = await Promise.all([
    import('../../certify/text.ts'),
    import('../../certify/figures.ts'),
  ]);
  const sections = certificateSections(certificate);
  const figures = certificateFigures(certificate);
  return {
    title: "This client's own error",
    chapters: [{ id: 'certificate', title: 'By streams and chunks a second', sections, figures }],
    madeBy: `Made by confab ${version()}. It needs no network and no other file.`,
  };
}

/** A name that no picture can have is refused before anything is probed. */
async function drawing(figure: string): Promise<(certificate: Certificate) => Promise<void>> {
  const [{ checkPicture, writePicture }, { certificateFigures }] = await Promise.all([
    import('../../figures/picture.ts'),
    import('../../certify/figures.ts'),
  ]);
  checkPicture(figure);
  checkWritable('--figure', figure);
  return (certificate) => writePicture(figure, certificateFigures(certificate));
}
