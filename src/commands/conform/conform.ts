import { Command } from 'commander';
import { EXIT, UsageError } from '../../base/errors.ts';
import { didYouMean, nearest } from '../../base/suggest.ts';
import { writeWhole } from '../../base/write-whole.ts';
import type { Certificate } from '../../conform/certificate.ts';
import { checkWritable } from '../../play/writable.ts';
import { withFlags } from '../flags/flag-table.ts';
import { flowingHelp } from '../terminal/help-text.ts';
import { reportColumns } from '../terminal/screen.ts';
import { type ConformFlags, conformFlags } from './flags.ts';

const HELP = `
Sends requests of which is known exactly how many tokens a prefix cache like
vLLM's has of them, at the server's own block size, and says of each probe
whether the server passed, deviates (what was expected, what was found), or says
nothing of it, and why. \`confab help conformance\` has the rules.

The last probes fill the cache and empty it, and count on being alone: not for a
server in use, but for --gentle. Exit code 1: something deviates; 3: no server.
`;

export function conformCommand(): Command {
  const command = new Command('conform')
    .description('Certify what a server says of its prefix cache, by probes with known answers.')
    .addHelpText('after', flowingHelp(HELP))
    .action(conformVerb);
  return withFlags(command, conformFlags);
}

async function conformVerb(flags: ConformFlags): Promise<void> {
  const { json, badge = [], wide } = flags;
  await refuseUnknown(flags.only);
  const [{ certificateSections, probeSections }, { sectionsText }] = await Promise.all([
    import('../../conform/text.ts'),
    import('../../report/render/text.ts'),
  ]);
  if (flags.list) {
    process.stdout.write(`${sectionsText(probeSections(), reportColumns(wide))}\n`);
    return;
  }
  if (json !== undefined && json !== '-') checkWritable('--json', json);
  for (const file of badge) refuseBadge(file);
  const { certified } = await import('./probing.ts');
  const { certificate, isInterrupted } = await certified(flags);
  const text = `${JSON.stringify(certificate, null, 2)}\n`;
  if (json !== undefined && json !== '-') writeWhole(json, [text]);
  await writeBadges(badge, certificate);
  const shown =
    json === '-'
      ? text
      : `${sectionsText(certificateSections(certificate), reportColumns(wide))}\n`;
  process.stdout.write(shown);
  if (isInterrupted) process.exitCode = EXIT.interrupted;
  else if (certificate.counts.deviating > 0) process.exitCode = EXIT.thresholdFailed;
}

async function refuseUnknown(ids: readonly string[] = []): Promise<void> {
  if (ids.length === 0) return;
  const { PROBES } = await import('../../conform/probes.ts');
  const known = Object.keys(PROBES);
  const problems = ids
    .filter((id) => !known.includes(id))
    .map(
      (id) =>
        `--only: found '${id}'; expected ids that --list has${didYouMean(nearest(id, known))}`,
    );
  if (problems.length) throw new UsageError(problems);
}

function refuseBadge(file: string): void {
  if (!/\.(svg|json)$/i.test(file)) {
    throw new UsageError(`--badge: found ${file}; expected a name that ends in .svg or .json`);
  }
  checkWritable('--badge', file);
}

async function writeBadges(files: readonly string[], certificate: Certificate): Promise<void> {
  const { badgeJson, badgeSvg } = await import('../../conform/badge.ts');
  for (const file of files) {
    writeWhole(file, [(/\.svg$/i.test(file) ? badgeSvg : badgeJson)(certificate)]);
  }
}
