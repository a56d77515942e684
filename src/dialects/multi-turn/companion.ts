import type { Companion, CompanionResults } from '../../play/companion.ts';
import type { Run } from '../../record/run-folder.ts';
import type { Said } from '../../user/world.ts';
import { conversationCollector } from './conversations.ts';
import { writeExcel } from './excel.ts';
import type { MultiTurnFlags } from './flags.ts';
import type { GeneratorSettings } from './generator-text.ts';
import { type MultiTurnSettings, multiTurnText } from './statistics.ts';
import { writeStatsJson } from './stats-json.ts';

/** Where the tool's own files go, and what its tables say. */
export interface MultiTurnOutputs {
  readonly outputFile?: string;
  readonly statsJsonOutput?: string;
  readonly excelOutput?: boolean;
  /** Unix time that names the workbook, also of a run in virtual time. */
  readonly startedEpochMs: number;
  readonly warmupShares: readonly number[];
  readonly verbose?: boolean;
  /** Takes the prompts and answers, where they are to be printed. */
  readonly print?: ((text: string) => void) | undefined;
  /** Of the terminal, for the tables that are ours. */
  readonly columns?: number;
}

/** What the run was about, beyond its records. */
export interface MultiTurnSubject {
  readonly numConversations: number;
  readonly generator: GeneratorSettings | undefined;
  readonly conversationId: (userId: number) => string;
}

/** The statistics and files of benchmark_serving_multi_turn.py. */
export function multiTurnCompanion(
  flags: MultiTurnFlags,
  outputs: MultiTurnOutputs,
  subject: MultiTurnSubject,
): Companion {
  const { conversationId } = subject;
  const collector =
    outputs.outputFile === undefined ? undefined : conversationCollector(conversationId);
  const settings: MultiTurnSettings = {
    definition: flags.compat ? 'compat' : 'usage',
    model: flags.servedModelName ?? flags.model,
    numClients: flags.numClients,
    numConversations: subject.numConversations,
    activeConversations: flags.maxActiveConversations,
    seed: flags.seed,
    minTokens: flags.limitMinTokens,
    maxTokens: flags.limitMaxTokens,
    generator: subject.generator,
    verbose: outputs.verbose ?? false,
    warmupShares: flags.warmupStep ? [0] : outputs.warmupShares,
    conversationId,
    stream: flags.stream,
    ...(outputs.columns !== undefined && { columns: outputs.columns }),
  };
  return {
    isCountingItself: flags.compat ?? false,
    record(record, said) {
      if (collector && said) collector.add(record, said);
      if (outputs.print && said) outputs.print(contentText(conversationId(record.userId), said()));
    },
    finish: (run) => finish(run, settings, outputs, collector),
  };
}

async function finish(
  run: Run,
  settings: MultiTurnSettings,
  outputs: MultiTurnOutputs,
  collector: { write(path: string): void } | undefined,
): Promise<CompanionResults> {
  const records = run.parts.flatMap((part) => part.records);
  const { originEpochMs } = run.parts.at(-1)!.header;
  const files: string[] = [];
  if (outputs.statsJsonOutput !== undefined) {
    writeStatsJson(outputs.statsJsonOutput, records, { ...settings, originEpochMs });
    files.push(outputs.statsJsonOutput);
  }
  if (outputs.excelOutput) {
    const { path } = await writeExcel('.', records, settings, outputs.startedEpochMs);
    files.push(path);
  }
  if (outputs.outputFile !== undefined) {
    collector?.write(outputs.outputFile);
    files.push(outputs.outputFile);
  }
  return { before: multiTurnText(records, settings), files };
}

function contentText(id: string, { messages, answer }: Said): string {
  return `${id}: ${messages.at(-1)?.text ?? ''}\n${id}, answer: ${answer}`;
}
