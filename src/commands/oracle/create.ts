import { existsSync, rmSync } from 'node:fs';
import { Command } from 'commander';
import { EXIT, UsageError } from '../../base/errors.ts';
import type { Companion } from '../../play/companion.ts';
import type { PlayOptions } from '../../play/play.ts';
import { checkWritable } from '../../play/writable.ts';
import { parseOverridden } from '../../scenario/load.ts';
import type { Scenario } from '../../scenario/schema.ts';
import type { ChatRequest, Transport } from '../../transport/transport.ts';
import { digestOf } from '../../workload/files/digest.ts';
import type { Progress } from '../../workload/oracle/progress.ts';
import { settingsOf, withFlags } from '../flags/flag-table.ts';
import { dataFile } from '../scenario/shipped.ts';
import { flowingHelp } from '../terminal/help-text.ts';
import { say } from '../terminal/stderr.ts';
import { type CreateFlags, createFlags, createScenario, outputOf } from './create-flags.ts';

const HELP = `
Each query is sent once, --batch-size of them at a time, and the lengths of the answers
are written down: [{input, output_len (characters), output_tokens}]. Answers are kept in
OUTPUT.progress as they come, and what is sent before it is. Called again after it was
interrupted or killed, it sends what was not sent yet, and what the server failed to
answer. What was under way at a kill has no answer and is not sent twice, unless --lost
resend says so; --lost leave-out makes the data set without it.
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
  const lost = flags.lost === 'resend' ? new Set<number>() : progress.lost;
  await askTheRest(queries, { scenario, flags, progress, lost });
  const open = openText(progress, queries.length, lost, flags.lost);
  if (open !== undefined) {
    say(open);
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

/** Why there is no data set yet; undefined: there can be one. */
function openText(
  { answers }: Progress,
  count: number,
  lost: ReadonlySet<number>,
  choice: CreateFlags['lost'],
): string | undefined {
  const unanswered = count - answers.size - lost.size;
  if (unanswered > 0) {
    return `${unanswered} of ${count} queries have no answer yet: the same command asks them`;
  }
  if (lost.size === 0 || choice === 'leave-out') return undefined;
  return `${lost.size} of ${count} queries were under way when an earlier run was killed: their answers are lost, and they were not sent twice; --lost resend sends them again, --lost leave-out makes the data set without them`;
}

interface Asking {
  readonly scenario: Scenario;
  readonly flags: CreateFlags;
  readonly progress: Progress;
  /** Places of queries that are not to be sent again. */
  readonly lost: ReadonlySet<number>;
}

async function askTheRest(
  queries: readonly string[],
  { scenario, flags, progress, lost }: Asking,
): Promise<void> {
  const isOver = (index: number) => progress.answers.has(index) || lost.has(index);
  const left = queries.flatMap((_, index) => (isOver(index) ? [] : [index]));
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
  const [{ readied }, { openSimulated }] = await Promise.all([
    import('../../play/readied-target.ts'),
    import('../../play/target.ts'),
  ]);
  const indexOf = (userId: number) => left[userId - firstUserId]!;
  const opened: Open = isSimulated
    ? (clock) => openSimulated(scenario, clock)
    : readied(scenario, { healthSec, tell: say });
  const played = await playOnConsole({
    scenario,
    apiKey,
    isSimulated,
    isolate: flags.isolate,
    workload,
    companion: keeping(progress, indexOf),
    open: marking(opened, ({ userId }) => progress.sending(indexOf(userId))),
  });
  presentProblems(played);
  process.exitCode = exitCodeOf(played);
}

type Open = NonNullable<PlayOptions['open']>;

/** Tells of every request before it is sent. */
function marking(open: Open, told: (request: ChatRequest) => void): Open {
  return async (...given) => {
    const target = await open(...given);
    const { transport } = target;
    const send: Transport['send'] = (request, observer) => {
      told(request);
      return transport.send(request, observer);
    };
    return { ...target, transport: { send, close: () => transport.close() } };
  };
}

/** Writes each answer down when it has come, and what may be asked again. */
function keeping(progress: Progress, indexOf: (userId: number) => number): Companion {
  return {
    record({ status, userId, sentMs, outputTokens: tokens }, said) {
      const index = indexOf(userId);
      if (status === 'ok' && said) progress.add({ index, output: said().answer, tokens });
      // Who breaks off does not know what the server would have said: that is lost as by a kill.
      else if (status !== 'cancelled' || sentMs === undefined) progress.failed(index);
    },
  };
}
