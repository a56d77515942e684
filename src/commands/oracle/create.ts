import { existsSync, rmSync } from 'node:fs';
import { Command } from 'commander';
import { EXIT, UsageError } from '../../base/errors.ts';
import type { Companion } from '../../play/companion.ts';
import { checkWritable } from '../../play/writable.ts';
import { parseOverridden } from '../../scenario/load.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { digestOf } from '../../workload/files/digest.ts';
import type { OracleAnswer, Progress } from '../../workload/oracle/progress.ts';
import { settingsOf, withFlags } from '../flags/flag-table.ts';
import { dataFile } from '../scenario/shipped.ts';
import { flowingHelp } from '../terminal/help-text.ts';
import { say } from '../terminal/stderr.ts';
import { type CreateFlags, createFlags, createScenario, outputOf } from './create-flags.ts';

const HELP = `
Each query is sent once, --batch-size of them at a time, and the lengths of the answers
are written down: [{input, output_len (characters), output_tokens}]. Answers are kept in
OUTPUT.progress as they come. Called again after it was interrupted or killed, or after
some requests failed, it sends what has no answer yet, and nothing else.
`;

/** `confab oracle create QUERIES`: what the study's create_dataset.py makes, of any server. */
export function createCommand(): Command {
  const command = new Command('create')
    .description('Ask each query once, and write down how long the answers are.')
    .argument('[queries]', 'chat-arena data (JSON or Parquet), JSON, JSON lines, or text')
    .addHelpText('after', flowingHelp(HELP))
    .action(run);
  return withFlags(command, createFlags);
}

async function run(given: string | undefined, flags: CreateFlags): Promise<void> {
  const file = dataFile(given ?? 'chatbot_queries.json');
  const output = outputOf(flags);
  const scenario = parseOverridden(
    createScenario(flags, file),
    [...settingsOf(createFlags, flags), ...flags.set],
    'confab oracle create',
  );
  checkWritable('--output', output, [file]);
  const [{ readQueries }, { openProgress }] = await Promise.all([
    import('../../workload/oracle/queries.ts'),
    import('../../workload/oracle/progress.ts'),
  ]);
  const all = await readQueries(file);
  const queries = all.slice(0, flags.limit);
  if (flags.overwrite)
    for (const old of [output, `${output}.progress`]) rmSync(old, { force: true });
  if (existsSync(output)) {
    throw new UsageError(
      `--output: found ${output}, which is there already; expected another file, or --overwrite`,
    );
  }
  const progress = openProgress(output, {
    queries: digestOf(1, {}, queries),
    model: flags.model ?? null,
    outputLen: flags.outputLen,
    api: flags.api,
    temperature: scenario.sampling.temperature ?? null,
  });
  const earlier = progress.answers.size;
  if (earlier > 0) say(`${earlier} of ${queries.length} queries were answered before`);
  await askTheRest(queries, { scenario, flags, progress });
  if (progress.answers.size < queries.length) {
    const unanswered = queries.length - progress.answers.size;
    say(
      `${unanswered} of ${queries.length} queries have no answer yet: the same command asks them`,
    );
    process.exitCode ||= EXIT.thresholdFailed;
    return;
  }
  const { writeOracleSet } = await import('./write.ts');
  const text = await writeOracleSet(output, {
    queries,
    answers: progress.answers,
    flags,
    scenario,
  });
  progress.remove();
  process.stdout.write(`${text}\n`);
}

interface Asking {
  readonly scenario: Scenario;
  readonly flags: CreateFlags;
  readonly progress: Progress;
}

async function askTheRest(
  queries: readonly string[],
  { scenario, flags, progress }: Asking,
): Promise<void> {
  const left = queries.flatMap((_, index) => (progress.answers.has(index) ? [] : [index]));
  if (!left.length) return;
  const [{ playOnConsole }, { presentProblems, exitCodeOf }, { queriesWorkload }] =
    await Promise.all([
      import('../play.ts'),
      import('../terminal/present.ts'),
      import('../../workload/oracle/queries-workload.ts'),
    ]);
  const { firstUserId } = scenario.population;
  const workload = queriesWorkload({ queries, left, firstUserId, maxTokens: flags.outputLen });
  const { apiKey, simulate: isSimulated, waitForHealth: healthSec } = flags;
  const { readied } = await import('../../play/readied-target.ts');
  const played = await playOnConsole({
    scenario,
    apiKey,
    isSimulated,
    isolate: flags.isolate,
    workload,
    companion: keeping(progress, (userId) => left[userId - firstUserId]!),
    ...(!isSimulated && { open: readied(scenario, { healthSec, tell: say }) }),
  });
  presentProblems(played);
  process.exitCode = exitCodeOf(played);
}

/** Writes each answer down when it has come. */
function keeping(progress: Progress, indexOf: (userId: number) => number): Companion {
  return {
    record({ status, userId, outputTokens: tokens }, said) {
      if (status !== 'ok' || !said) return;
      const answer: OracleAnswer = { index: indexOf(userId), output: said().answer, tokens };
      progress.add(answer);
    },
  };
}
