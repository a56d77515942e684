import { parseArgs } from 'node:util';
import { stream } from '../../src/base/random.ts';
import { mutatedFiles, type NumberedMutant, testsFor } from './mutated-files.ts';
import { type MutatedTests, type Outcome, openMutatedTests } from './mutated-tests.ts';

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
  const decide = (mutant: NumberedMutant, end: End): void => {
    if (end !== 'killed') process.stdout.write(lineOf(mutant, end));
    const { name } = mutant.file;
    const counts = ends.get(name) ?? { killed: 0, timeout: 0, survived: 0, unreached: 0 };
    counts[end] += 1;
    ends.set(name, counts);
  };
  try {
    await tryAll(drawn, tests, { decide, isStopped: () => isStopped });
  } finally {
    await tests.close();
  }
  isReported = true;
  return report(ends);
}

interface Hearing {
  decide(mutant: NumberedMutant, end: End): void;
  isStopped(): boolean;
}

/**
 * Many at a time, on one file of tests after the other; then, in a worker of its own each, those of which that
 * says too little: what modules do when they are read, and what tests share.
 */
async function tryAll(
  mutants: readonly NumberedMutant[],
  tests: MutatedTests,
  { decide, isStopped }: Hearing,
): Promise<void> {
  const { tests: reach, failing } = await tests.reach();
  for (const name of failing)
    process.stdout.write(`left out, as it fails without a mutant: ${name}\n`);
  const open = new Map(
    mutants.map((mutant) => [mutant.id, { mutant, able: testsFor(mutant, reach) }]),
  );
  const end = (id: number, how: End): void => {
    decide(open.get(id)!.mutant, how);
    open.delete(id);
  };
  for (const [id, { able }] of open) if (able.length === 0) end(id, 'unreached');
  const triedSoFar = new Set<number>();
  const alone = new Set<number>();
  for (const [id, { able }] of open) {
    if (able.some(({ called, loaded }) => !called.has(id) || loaded.has(id))) alone.add(id);
  }
  for (const test of reach.toSorted((a, b) => a.ms - b.ms)) {
    const ids = [...open]
      .filter(([id, { able }]) => able.includes(test) && test.called.has(id))
      .map(([id]) => id);
    if (ids.length === 0) continue;
    const untried = ids.filter((id) => !triedSoFar.has(id));
    const { ends, tried, unrepeatable } = await tests.outcomesIn(test, ids, untried);
    for (const id of tried) triedSoFar.add(id);
    if (isStopped()) return;
    for (const [id, how] of ends) end(id, how);
    for (const id of ids) if (!tried.has(id) || unrepeatable.size > 0) alone.add(id);
  }
  for (const [id, { able }] of [...open]) {
    const how = alone.has(id) ? await tests.outcomeOf(id, able) : 'survived';
    // A worker hears Ctrl-C, too: how its tests ended says nothing.
    if (isStopped()) return;
    end(id, how);
  }
}

/** When one stops it, what is known is of a part of them. */
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
