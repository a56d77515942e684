import { parsedJson } from '../base/json.ts';
import { readUsage } from '../transport/answer/usage.ts';
import { type Json, object, text } from '../transport/json.ts';
import type { Usage } from '../transport/transport.ts';

/** An answer as probes look at it. What the server did not say is undefined. */
export interface Answer {
  readonly usage: Usage;
  readonly choices: readonly Choice[];
  /** Ids of the prompt, where it was asked to tell them. */
  readonly promptIds: readonly number[] | undefined;
}

export interface Choice {
  readonly text: string;
  readonly reasoning: string;
  readonly finish: string | undefined;
  readonly ids: readonly number[] | undefined;
  readonly hasPromptLogprobs: boolean;
}

export function answerOf(body: string): Answer {
  const json = object(parsedJson(body));
  const list = Array.isArray(json['choices']) ? json['choices'].map(object) : [];
  return {
    usage: readUsage(json)?.usage ?? {},
    choices: list.map(choiceOf),
    promptIds: idsIn(json['prompt_token_ids']) ?? idsIn(list[0]?.['prompt_token_ids']),
  };
}

/** The usage of a stream: that of its last event that has one. */
export function streamedUsage(events: string): Usage {
  let usage: Usage = {};
  for (const line of events.split('\n')) {
    if (!line.startsWith('data:')) continue;
    const found = readUsage(object(parsedJson(line.slice('data:'.length))))?.usage;
    if (found?.inputTokens !== undefined) usage = found;
  }
  return usage;
}

function choiceOf(choice: Json): Choice {
  const message = object(choice['message']);
  const reasoning = text(message['reasoning']) || text(message['reasoning_content']);
  const finish = text(choice['finish_reason']);
  return {
    text: text(choice['text']) || text(message['content']),
    reasoning,
    finish: finish === '' ? undefined : finish,
    ids: idsIn(choice['token_ids']),
    hasPromptLogprobs: Array.isArray(choice['prompt_logprobs']),
  };
}

export function idsIn(value: unknown): readonly number[] | undefined {
  return Array.isArray(value) && value.every((id) => Number.isInteger(id)) ? value : undefined;
}
