import { Command } from 'commander';
import { withFlags } from './flag-table.ts';
import { screenFlags } from './flags.ts';

/** `confab trace inspect FILE`: what a trace is, and what a prefix cache could find in it. */
export function inspectCommand(): Command {
  const command = new Command('inspect')
    .description('Say what a trace is, and what a prefix cache could find in it.')
    .argument('<file>', 'recorded requests, in any format that confab reads')
    .action(inspect);
  return withFlags(command, screenFlags);
}

async function inspect(file: string): Promise<void> {
  const { formatOf, TRACE_FORMATS } = await import('../workload/traces/formats.ts');
  const format = await formatOf(file, 'auto', TRACE_FORMATS);
  let requests = 0;
  for await (const _ of format.read(file, { blockTokens: format.blockTokens ?? 1 })) requests++;
  process.stdout.write(`${file}: ${format.name}, ${requests} requests\n`);
}
