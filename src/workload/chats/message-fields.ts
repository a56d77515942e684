/** A field that OpenAI's messages have: what an engine is to read beside role and content. */
const SENT = [
  'name',
  'tool_calls',
  'tool_call_id',
  'function_call',
  'refusal',
  'reasoning_content',
  'reasoning',
  'audio',
] as const;

/** Fields in which something is said that no OpenAI message can say: a conversation without it is another. */
const SAID_OTHERWISE = [
  'tool_results',
  'tool_result',
  'tool_response',
  'tool_responses',
  'function_response',
  'images',
  'image',
  'videos',
  'audios',
  'attachments',
  'documents',
] as const;

/** Fields that this reader uses up. */
const USED = ['role', 'content', 'parts', 'pause_sec', 'num_tokens'] as const;

const ALL = new Map<string, 'sent' | 'refused' | 'used'>([
  ...SENT.map((name) => [name, 'sent'] as const),
  ...SAID_OTHERWISE.map((name) => [name, 'refused'] as const),
  ...USED.map((name) => [name, 'used'] as const),
]);

export interface MessageFields {
  readonly sent: Readonly<Record<string, unknown>>;
  /** A field without which the message would say something else. */
  readonly refused: string | undefined;
  /** Names of fields that no engine knows: a data set's notes for itself. */
  readonly unsent: readonly string[];
}

/** Sorts what a message has. What is empty or null says nothing, wherever it stands. */
export function sortedFields(message: Readonly<Record<string, unknown>>): MessageFields {
  const sent: Record<string, unknown> = {};
  const unsent: string[] = [];
  let refused: string | undefined;
  for (const [name, value] of Object.entries(message)) {
    const what = ALL.get(name);
    if (what === 'sent') {
      if (value != null) sent[name] = value;
    } else if (what === undefined) unsent.push(name);
    else if (what === 'refused' && !isEmpty(value)) refused ??= name;
  }
  return { sent, refused, unsent };
}

/** Nothing, or a list, text or object without anything in it. */
export function isEmpty(value: unknown): boolean {
  if (value == null || value === '' || value === '[]' || value === '{}') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
