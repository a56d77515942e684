import { basename } from 'node:path';
import { Argument, Command } from 'commander';
import {
  downloadFile,
  PUBLIC_FILES,
  type PublicFileName,
} from '../../workload/datasets/download.ts';
import { flowingHelp } from '../terminal/help-text.ts';

interface Flags {
  readonly output?: string;
  readonly url?: string;
  readonly force?: boolean;
}

const NAMES = Object.keys(PUBLIC_FILES) as PublicFileName[];

/** `confab dataset download NAME`: the only command that fetches data, and only this. */
export function downloadCommand(): Command {
  return new Command('download')
    .description('Fetch a public data set or trace. No other command fetches data.')
    .addArgument(new Argument('<name>', 'what to fetch').choices(NAMES))
    .option('--output <file>', 'file to write; default: by its own name, here')
    .option('--url <url>', 'a mirror to fetch it from')
    .option('--force', 'replace a file that is there')
    .addHelpText(
      'after',
      flowingHelp(() => `\nWhat there is:\n${list()}`),
    )
    .action(async (name: PublicFileName, { output, url, force: replaces }: Flags) => {
      const file = output ?? basename(PUBLIC_FILES[name].url);
      const from = await downloadFile(name, { output: file, url, replaces });
      process.stdout.write(`${file}: ${PUBLIC_FILES[name].says}, from ${from}\n`);
    });
}

function list(): string {
  const width = Math.max(...NAMES.map((name) => name.length));
  return NAMES.map((name) => `  ${name.padEnd(width)}  ${PUBLIC_FILES[name].says}`).join('\n');
}
