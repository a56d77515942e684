import { parseArgs } from 'node:util';
import { stream } from '../../src/base/random.ts';
import { mutatedFiles, type NumberedMutant, testsFor } from './mutated-files.ts';
import { type Outcome, openMutatedTests } from './mutated-tests.ts';

const USAGE = `npm run mutate -- [PATH[:LINE] …] [--limit N] [--seed N] [--tests PATH …]

Changes one place of the source after the other, and says which changes no test notices.

  PATH       files or folders of src/ (default: transport, stats, population, cache)
  --limit    so many mutants, drawn at random (default: all)
  --seed     of that draw (default: 1)
  --tests    files or folders of tests that are tried; may be given again (default: those of TESTS)

Ctrl-C prints the table of what was tried until then.
Exit code: 0 if every mutant was noticed, 1 if one was not.
`;

const SOURCES = ['transport', 'stats', 'population', 'cache'].map((folder) => `src/${folder}`);
/** Tests in process that stand on these folders, or are theirs. */
const TESTS = ['transport', 'stats', 'population', 'cache', 'run', 'report', 'plan', 'conformance'];

/** A mutant's end: noticed, or not, or on no test's way. */
type End = Outcome | 'unreached';

export async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      limit: { type: 'string', default: 'Infinity' },
      seed: { type: 'string', default: '1' },
      tests: { type: 'string', multiple: true, default: TESTS.map((folder) => `test/${folder}`) },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const places = (positionals.length > 0 ? positionals : SOURCES).map((place) => place.split(':'));
  const files = mutatedFiles(places.map(([path]) => path!));
  const mutants = files
    .flatMap((file) => file.mutants.map((one, i) => ({ ...one, file, id: file.firstId + i })))
    .filter(({ file, line }) =>
      places.some(([path, only]) => file.name.startsWith(path!) && (!only || +only === line)),
    );
  const drawn = sample(mutants, Number(values.limit), values.seed);
  process.stdout.write(`${drawn.length} of ${mutants.length} mutants\n`);

  const tests = await openMutatedTests(files, values.tests);
  const ends = new Map<string, Record<End, number>>();
  let isStopped = false;
  let isReported = false;
  // Not once: npm passes a Ctrl-C on that the terminal has sent to all; and vitest may end the process at it.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => (isStopped = true));
  process.on('exit', () => {
    if (!isReported) report(ends);
  });
  try {
    const reach = await tests.reach();
    for (const mutant of drawn) {
      const able = testsFor(mutant, reach);
      const end: End = able.length === 0 ? 'unreached' : await tests.outcomeOf(mutant.id, able);
      // A worker hears Ctrl-C, too: how its tests ended says nothing.
      if (isStopped) break;
      if (end !== 'killed') process.stdout.write(lineOf(mutant, end));
      const { name } = mutant.file;
      const counts = ends.get(name) ?? { killed: 0, timeout: 0, survived: 0, unreached: 0 };
      counts[end] += 1;
      ends.set(name, counts);
    }
  } finally {
    await tests.close();
  }
  isReported = true;
  return report(ends);
}

/** In the order of the draw: what is known when one stops it is a sample, too. */
function sample(mutants: readonly NumberedMutant[], limit: number, seed: string): NumberedMutant[] {
  const rng = stream(seed, 'mutants');
  return mutants
    .map((mutant) => ({ mutant, at: rng() }))
    .sort((a, b) => a.at - b.at)
    .slice(0, limit)
    .map(({ mutant }) => mutant);
}

function lineOf({ file, line, original, replacement, isStatement }: NumberedMutant, end: End) {
  const [before, after] = [original, isStatement ? '(removed)' : replacement].map((text) =>
    text.replace(/\s+/g, ' '),
  );
  return `${end.padEnd(9)} ${file.name}:${line}  ${before}  →  ${after}\n`;
}

/** A row a file, and the sum. */
function report(ends: ReadonlyMap<string, Record<End, number>>): number {
  const total: Record<End, number> = { killed: 0, timeout: 0, survived: 0, unreached: 0 };
  const columns = Object.keys(total) as End[];
  const row = (name: string, cells: readonly (string | number)[]): string =>
    `${name.padEnd(36)}${cells.map((cell) => String(cell).padStart(11)).join('')}\n`;
  process.stdout.write(row('', columns));
  for (const [name, counts] of ends) {
    for (const column of columns) total[column] += counts[column];
    process.stdout.write(
      row(
        name,
        columns.map((column) => counts[column]),
      ),
    );
  }
  process.stdout.write(
    row(
      'together',
      columns.map((column) => total[column]),
    ),
  );
  return total.survived + total.unreached > 0 ? 1 : 0;
}
