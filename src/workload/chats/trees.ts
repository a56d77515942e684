import { isObject } from '../../base/json.ts';

type Fields = Readonly<Record<string, unknown>>;

/** OpenAssistant's trees: `prompt` is a message with `text`, `role` and `replies`, which are such messages. */
export function isTree(value: unknown): value is Fields {
  return isObject(value) && isObject(value['prompt']) && Array.isArray(value['prompt']['replies']);
}

/**
 * The conversations of a tree: every way from the first question to an answer that no answer follows, in the
 * order of the file. They begin alike, as the tree has it. Without any answer there is the first question.
 */
export function conversationsOfTree(tree: Fields): object[] {
  const { message_tree_id: id = '', prompt } = tree;
  const ways = waysFrom(prompt);
  const all = ways.length ? ways : [[prompt as Fields]];
  return all.map((messages, i) => ({ id: `${id}-${i}`, messages: messages.map(said) }));
}

function said({ role, text }: Fields): object {
  return { role, content: text };
}

/** All that end with an answer, deleted messages and what follows them left out. */
function waysFrom(message: unknown): Fields[][] {
  if (!isObject(message) || message['deleted'] === true) return [];
  const replies = Array.isArray(message['replies']) ? message['replies'] : [];
  const ways = replies.flatMap(waysFrom).map((way) => [message, ...way]);
  return ways.length || message['role'] !== 'assistant' ? ways : [[message]];
}
