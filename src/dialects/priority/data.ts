import { goesByPriority } from '../../engine/schedule/policy.ts';
import type { ScenarioInput } from '../../scenario/schema.ts';
import type { StudyFlags } from './flags.ts';
import { expectedField, type Precedence } from './schedules.ts';

export interface Chosen {
  readonly file: string;
  readonly limit: number;
  readonly shuffle: 'all' | 'chosen';
  readonly halvesAt?: number | undefined;
  /** Longest answer that is asked for; undefined: the oracle's own length. */
  readonly maxTokens?: number | undefined;
  /** The engine that is built in says as much as the oracle knew: its answers have no other length. */
  readonly isEmbedded: boolean;
}

type Filters = Pick<
  StudyFlags,
  'minInputLen' | 'minOutputLen' | 'maxInputLen' | 'maxTotalLen' | 'priorityOrder'
>;

/** What is said, how urgent it is, and what the engine that is built in makes of it. */
export function studyScenario(
  flags: Filters & Precedence,
  { file, limit, shuffle, halvesAt, maxTokens, isEmbedded }: Chosen,
): Pick<ScenarioInput, 'conversation' | 'sampling' | 'engine'> {
  const { schedule, priorityOrder } = flags;
  return {
    sampling: {
      temperature: 0,
      ...(goesByPriority(schedule) && { priority: 'expected' as const }),
      ...(priorityOrder && { priorityOrder }),
    },
    conversation: {
      source: 'prompts',
      file,
      prompts: {
        expected: expectedField(flags),
        minInputTokens: flags.minInputLen,
        minOutputTokens: flags.minOutputLen,
        maxInputTokens: flags.maxInputLen,
        maxTotalTokens: flags.maxTotalLen,
        ...(limit < Infinity && { limit }),
        ...(halvesAt !== undefined && { halvesAtTokens: halvesAt }),
        shuffle,
      },
      answer: {
        ...(maxTokens !== undefined && !isEmbedded && { tokens: maxTokens }),
        ...(maxTokens !== undefined && isEmbedded && { ceilingTokens: maxTokens }),
        ...(isEmbedded && { force: true }),
      },
    },
    ...(isEmbedded && { engine: { policy: schedule, ...(priorityOrder && { priorityOrder }) } }),
  };
}
