import { Command } from 'commander';
import { percent } from '../../report/number.ts';
import { type MultiTurnConfig, multiTurnSessions } from '../../workload/datasets/multi-turn.ts';
import { type SessionStats, sessionStats } from '../../workload/datasets/session-stats.ts';
import { writeWhole } from '../../workload/files/whole-file.ts';
import { type Flag, withFlags } from '../flags/flag-table.ts';
import {
  amountFrom,
  checkFiles,
  checkSize,
  type MakingFlags,
  madeText,
  makingFlags,
  openMaterial,
  statsFileOf,
  summaryText,
} from './making.ts';

interface Flags extends MakingFlags {
  readonly sharedPrefixLen: number;
  readonly promptLengthMean: number;
  readonly promptLengthStd: number;
  readonly numTurnsMean: number;
  readonly numTurnsStd: number;
  readonly numSessionsMean: number;
  readonly numSessionsStd: number;
}

const flags: readonly Flag[] = [
  {
    flags: '--shared-prefix, --shared-prefix-len <tokens>',
    says: 'text that all sessions begin with, before their first prompt',
    parse: amountFrom(0, true),
    default: 0,
  },
  {
    flags: '--prompt-length, --prompt-length-mean <tokens>',
    says: 'mean tokens of a prompt, without that text',
    parse: amountFrom(1),
    default: 100,
  },
  {
    flags: '--prompt-length-std <tokens>',
    says: 'their standard deviation: a Pareto distribution, or a lognormal above half the mean',
    parse: amountFrom(0),
    default: 10,
  },
  {
    flags: '--turns, --num-turns-mean <count>',
    says: 'mean turns of a session',
    parse: amountFrom(1),
    default: 10,
  },
  {
    flags: '--turns-std, --num-turns-std <count>',
    says: 'their standard deviation',
    parse: amountFrom(0),
    default: 1,
  },
  {
    flags: '--sessions, --num-sessions-mean <count>',
    says: 'sessions',
    parse: amountFrom(1),
    default: 10,
  },
  {
    flags: '--sessions-std, --num-sessions-std <count>',
    says: 'their standard deviation, where their number is to be drawn as well',
    parse: amountFrom(0),
    default: 0,
  },
  ...makingFlags,
];

/** `confab dataset multi-turn`: the flags of AIBrix's multiturn_prefix_sharing_dataset, and shorter names. */
export function multiTurnDatasetCommand(): Command {
  const command = new Command('multi-turn').description(
    'Make sessions of prompts, with turns and lengths of given mean and deviation.',
  );
  return withFlags(command, flags).action(make);
}

async function make(given: Flags): Promise<void> {
  const config: MultiTurnConfig = {
    sharedPrefixTokens: given.sharedPrefixLen,
    promptTokens: { mean: given.promptLengthMean, std: given.promptLengthStd },
    turns: { mean: given.numTurnsMean, std: given.numTurnsStd },
    sessions: { mean: given.numSessionsMean, std: given.numSessionsStd },
  };
  checkSize(given.numSessionsMean * given.numTurnsMean, given.promptLengthMean);
  checkSize(1, given.sharedPrefixLen);
  const statsFile = given.stats ?? statsFileOf(given.output);
  checkFiles(given, statsFile);
  const { corpus, tokenizer } = await openMaterial(given);
  const made = multiTurnSessions(given.seed, corpus, config);
  const stats = await sessionStats(made, tokenizer);
  await writeWhole(given.output, sessionLines(made.sessions));
  const told = { ...stats, tokenizer: given.tokenizer, seed: given.seed };
  await writeWhole(statsFile, [`${JSON.stringify(told, undefined, 2)}\n`]);
  const lines = [...corpus.notes, ...textOf(given, config, stats, statsFile)];
  process.stdout.write(`${lines.join('\n')}\n`);
}

function* sessionLines(sessions: readonly (readonly string[])[]): Generator<string> {
  for (const [session_id, prompts] of sessions.entries()) {
    yield `${JSON.stringify({ session_id, prompts })}\n`;
  }
}

function textOf(
  { output, wide }: Flags,
  { promptTokens, turns, sharedPrefixTokens }: MultiTurnConfig,
  stats: SessionStats,
  statsFile: string,
): string[] {
  return [
    `${output}: ${stats.num_sessions} sessions, ${stats.num_requests} prompts, ${stats.num_tokens} tokens`,
    `statistics: ${statsFile}`,
    '',
    `prompt tokens: ${madeText(promptTokens, stats.prompt_length_distribution, stats.own_tokens)}`,
    `turns: ${madeText(turns, stats.num_turns_distribution, stats.turns)}`,
    `all sessions begin with ${stats.shared_prefix_tokens} tokens: asked ${sharedPrefixTokens}`,
    `tokens that an earlier prompt begins with too: ${percent(stats.overall_sharing_ratio)}`,
    '',
    summaryText(
      {
        turns: stats.turns,
        'prompt tokens': stats.prompt_tokens,
        ...(sharedPrefixTokens > 0 && { 'without prefix': stats.own_tokens }),
        'session tokens': stats.session_tokens,
      },
      wide,
    ),
  ];
}
