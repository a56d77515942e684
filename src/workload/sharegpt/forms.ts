import type { OpenAiMessage } from './fit.ts';
import type { Heard, Opened } from './sources.ts';

/** What is known of a conversation beside its messages. */
export interface Told extends Pick<Heard, 'id' | 'sessionId'> {
  /** What the system said, where that is to be written. */
  readonly system?: string | undefined;
}

// biome-ignore lint/suspicious/noExplicitAny: what a form has written, and reads again.
type Written = any;

export interface Form {
  readonly says: string;
  /** A list, or a row a line. */
  readonly isList: boolean;
  /** They are in an order that is drawn; else as in the file. */
  readonly isShuffled: boolean;
  /** There is a place for what the system says. */
  readonly hasSystem: boolean;
  /** A question without an answer may be written. */
  readonly keepsQuestions: boolean;
  /** A conversation with tools is written as its user sees it; else it cannot be used. */
  readonly foldsTools: boolean;
  /** What is written for a conversation. */
  row(conversation: Told, messages: readonly OpenAiMessage[]): object;
  /** The messages that are in it, but for the system's. */
  messages(row: Written): readonly OpenAiMessage[];
}

const LINES = {
  isList: false,
  isShuffled: false,
  hasSystem: false,
  keepsQuestions: true,
  foldsTools: true,
};

export const FORMS = {
  openai: {
    says: 'a JSON list of OpenAI messages, in an order that is drawn',
    isList: true,
    isShuffled: true,
    hasSystem: true,
    keepsQuestions: false,
    foldsTools: false,
    row: ({ id, system }, messages) => {
      const opening = system === undefined ? [] : [{ role: 'system', content: system }];
      return { id, messages: [...opening, ...alternating(messages)] };
    },
    messages: ({ messages }) => messages.filter(({ role }: { role: string }) => role !== 'system'),
  },
  'aibrix-sessions': {
    says: "AIBrix's sessions: session_id, prompts and completions, a line each",
    ...LINES,
    row: ({ id, sessionId = id }, messages) => {
      const turns = turnsOf(messages);
      const completions = turns.map(({ answer }) => answer ?? null);
      while (completions.length && completions.at(-1) === null) completions.pop();
      const prompts = turns.map(({ question }) => question);
      return { session_id: sessionId, prompts, ...(completions.length && { completions }) };
    },
    messages: ({ prompts, completions = [] }) =>
      prompts.flatMap((prompt: string, i: number) => said(prompt, completions[i])),
  },
  'aibrix-plain': {
    says: "AIBrix's prompts: prompt and completion, a line each; of a conversation the first",
    ...LINES,
    row: (_, messages) => {
      const [{ question, answer }] = turnsOf(messages) as [Turn];
      return { prompt: question, ...(answer !== undefined && { completion: answer }) };
    },
    messages: ({ prompt, completion }) => said(prompt, completion),
  },
} as const satisfies Record<string, Form>;

export type FormName = keyof typeof FORMS;

export const FORM_NAMES = Object.keys(FORMS) as FormName[];

/** AIBrix's form for what is in a file. */
export function aibrixForm({ isPlain }: Opened): FormName {
  return isPlain ? 'aibrix-plain' : 'aibrix-sessions';
}

interface Turn {
  readonly question: string;
  readonly answer: string | undefined;
}

function turnsOf(messages: readonly OpenAiMessage[]): Turn[] {
  return messages.flatMap(({ role, content }, i) => {
    if (role !== 'user') return [];
    const next = messages[i + 1];
    return [{ question: content, answer: next?.role === 'assistant' ? next.content : undefined }];
  });
}

function said(question: string, answer: string | null | undefined): OpenAiMessage[] {
  const asked = { role: 'user', content: question } as const;
  return answer == null ? [asked] : [asked, { role: 'assistant', content: answer }];
}

/** Up to the first question that no answer follows. */
function alternating(messages: readonly OpenAiMessage[]): readonly OpenAiMessage[] {
  const turned = messages.findIndex(({ role }, i) => role !== (i % 2 ? 'assistant' : 'user'));
  return turned < 0 ? messages : messages.slice(0, turned);
}
