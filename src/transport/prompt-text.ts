import { type Message, WholePrompt } from '../workload/message.ts';

/** What every prompt of the completions API ends with: the engine is to go on from there. */
export const PROMPT_END = 'ASSISTANT:';

/** A message's line of a prompt that is one text. */
export function promptLine({ role, text }: Message): string {
  return `${role.toUpperCase()}: ${text}`;
}

/** Whether that is all there is, and nothing of a chat. */
export function isWholePrompt([message]: readonly Message[]): boolean {
  return message instanceof WholePrompt;
}

/** A chat as one text, as LMBenchmark's multi-round-qa.py flattens it: `ROLE: content` lines, and an open one. */
export function promptText(messages: readonly Message[]): string {
  if (isWholePrompt(messages)) return messages[0]!.text;
  return [...messages.map(promptLine), PROMPT_END].join('\n');
}
