import type { TurnRecord } from '../record/record.ts';
import type { Progress } from './progress.ts';

/** What a metric has its values of, in words, and which requests those are. */
export const POPULATIONS = {
  completed: { says: 'completed requests', has: ({ status }) => status === 'ok' },
  gaps: { says: 'the gaps of completed requests', has: ({ status }) => status === 'ok' },
  sent: { says: 'all requests that were sent', has: ({ sentMs }) => sentMs !== undefined },
  conversations: { says: 'conversations', has: () => false },
} as const satisfies Record<string, { says: string; has: (record: TurnRecord) => boolean }>;

export type Population = keyof typeof POPULATIONS;

/** What a metric is about. Tables and help print the metrics group by group, in this order. */
export const GROUPS = {
  firstToken: 'Until the first token',
  output: 'The output, token by token',
  answer: 'The whole answer',
  client: 'This client',
  tokens: 'Tokens',
  conversation: 'Conversations',
} as const;

/** When the report has a row for a metric. */
export const SHOWN = {
  always: 'always',
  ifTold: 'if the engine tells it',
  ifReasoning: 'if an answer held reasoning',
} as const;

interface Words {
  /** As tables name it, without its unit. */
  readonly label: string;
  readonly unit: 'ms' | 'tokens' | 'turns';
  readonly group: keyof typeof GROUPS;
  /** The formula in words, short: a line of the report's legend. */
  readonly says: string;
  /** What else one must know to use it. */
  readonly note?: string;
  /** Whose definition it is, where names differ between tools. */
  readonly source: string;
  readonly shown: keyof typeof SHOWN;
}

/** One value a request, or several; undefined where it is unknown: never 0, never NaN. */
export interface RequestMetric extends Words {
  readonly over: Exclude<Population, 'conversations'>;
  readonly of: (record: TurnRecord) => number | readonly number[] | undefined;
}

/** One value a conversation. */
export interface ConversationMetric extends Words {
  readonly over: 'conversations';
  readonly of: (progress: Progress) => number;
}

export type Metric = RequestMetric | ConversationMetric;
