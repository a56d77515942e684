import { Command } from 'commander';
import { blocksOf, readDocument } from '../help/markdown.ts';
import { hanging, proseWidth } from '../report/wrap.ts';
import { DEFAULT_NAME, SHIPPED_FOLDER, shippedNames } from './scenario/shipped.ts';
import { columnsOf } from './terminal/screen.ts';

/** `confab scenarios`: what can be played by its name alone. */
export function scenariosCommand(): Command {
  return new Command('scenarios')
    .description('List the scenarios that come with confab, to be played by their names.')
    .action(() => {
      process.stdout.write(scenariosText());
    });
}

function scenariosText(): string {
  const summaries = scenarioSummaries();
  const names = shippedNames();
  const nameWidth = Math.max(...names.map((name) => name.length));
  const width = proseWidth(columnsOf(process.stdout));
  return [
    ...names.map((name) =>
      hanging(`${name.padEnd(nameWidth)}  `, summaries.get(name) ?? '', width),
    ),
    '',
    hanging(
      '',
      `Play one: confab run NAME --url http://localhost:8000, or confab simulate NAME. Without a name: ${DEFAULT_NAME}. To write your own, begin with a copy of one in`,
      width,
    ),
    SHIPPED_FOLDER,
    '',
  ].join('\n');
}

/** What configs/README.md says of each: the one place where it is said. */
export function scenarioSummaries(): ReadonlyMap<string, string> {
  const tables = blocksOf(readDocument('configs/README.md')).flatMap((block) =>
    block.kind === 'table' ? [block.rows] : [],
  );
  return new Map(
    (tables[0] ?? []).flatMap(([file = '', summary = '']) => {
      const name = /([\w.-]+)\.yaml/.exec(file)?.[1];
      return name === undefined ? [] : [[name, summary.replaceAll('`', '')] as const];
    }),
  );
}
