import type { Probe } from '../probe.ts';
import { promptIn, type Trial } from '../trial.ts';
import { Silent } from '../verdict.ts';

const user = (content: unknown) => ({ role: 'user', content });
const system = (content: string) => ({ role: 'system', content });
const assistant = (content: string) => ({ role: 'assistant', content });

const TOOLS = [
  {
    type: 'function',
    function: {
      name: 'look_up',
      description: 'Looks a word up in the book of words and says what it means.',
      parameters: { type: 'object', properties: { word: { type: 'string' } }, required: ['word'] },
    },
  },
];

/** What a message of words more may come to, until the prompt has the length that is wanted. */
const TRIES = 6;

/**
 * Messages whose prompt ends `beyond` tokens after the end of a block: where the first turn ends is where the second
 * is found up to, however the template goes on.
 */
async function ending(t: Trial, beyond: number): Promise<readonly object[]> {
  let text = t.prompts.words(2 * t.unit);
  for (let tries = 0; tries < TRIES; tries++) {
    const messages = [system(text), user('Say something.')];
    const length = promptIn(await t.chat(messages));
    const missing = (t.block + beyond - (length % t.block)) % t.block;
    if (missing === 0) return messages;
    text += ` ${t.prompts.words(missing)}`;
  }
  throw new Silent('no message was found whose prompt ends where a block does');
}

export const CHATS = {
  chat: {
    title: 'a chat again finds its whole blocks',
    sends: 'a system message of some 2U words and a question, twice',
    expects: 'all whole blocks but the last token',
    restsOn: ['block'],
    async run(t: Trial) {
      const messages = [system(t.prompts.words(2 * t.unit)), user('What is it?')];
      const first = await t.chat(messages);
      t.finds('cached tokens', promptIn(first), await t.chat(messages));
    },
  },
  parts: {
    title: 'content in parts is the prompt of its text',
    sends: 'a chat, then the same with its question as a list of one text part',
    expects: 'the same prompt tokens; all whole blocks cached',
    restsOn: ['chat'],
    async run(t: Trial) {
      const about = system(t.prompts.words(2 * t.unit));
      const first = await t.chat([about, user('What is it?')]);
      const parts = await t.chat([about, user([{ type: 'text', text: 'What is it?' }])]);
      t.check('prompt tokens', promptIn(first), promptIn(parts));
      t.finds('cached tokens', promptIn(first), parts);
    },
  },
  tools: {
    title: 'tools are in the prompt, and found again',
    sends: 'a chat; with tools (tool_choice: none); with them again',
    expects: 'more prompt tokens with tools, and all whole blocks cached',
    restsOn: ['chat'],
    async run(t: Trial) {
      const messages = [system(t.prompts.words(t.unit)), user('What is it?')];
      const without = promptIn(await t.chat(messages));
      const fields = { tools: TOOLS, tool_choice: 'none' };
      const first = promptIn(await t.chat(messages, fields));
      if (first === without) throw new Silent('its template leaves tools out');
      const again = await t.chat(messages, fields);
      t.check('prompt tokens', first, promptIn(again));
      t.finds('cached tokens', first, again);
    },
  },
  template: {
    title: 'a turn begins as the one before ended',
    sends: 'a chat whose prompt ends with a block; its short answer and a question more',
    expects: 'all tokens of the first prompt',
    restsOn: ['chat'],
    async run(t: Trial) {
      const messages = await ending(t, 0);
      const first = await t.chat(messages, { max_tokens: Math.min(8, t.block) });
      const next = [...messages, assistant(first.choices[0]?.text ?? ''), user('And then?')];
      t.finds('cached tokens', promptIn(first), await t.chat(next));
    },
  },
  history: {
    title: 'an answer in the history has its own tokens',
    sends: 'a chat, answered with 2U + 1 tokens; with that answer and a question more',
    expects: 'the first prompt and 2U tokens of the answer',
    restsOn: ['template', 'answer'],
    async run(t: Trial) {
      const messages = await ending(t, 0);
      const answer = { max_tokens: 2 * t.unit + 1, min_tokens: 2 * t.unit + 1, ignore_eos: true };
      const first = await t.chat(messages, answer);
      const [choice] = first.choices;
      if (choice?.reasoning)
        throw new Silent('its answers begin with reasoning, which no client sends back');
      if (first.usage.outputTokens !== answer.max_tokens) {
        throw new Silent(
          `an answer has ${first.usage.outputTokens} tokens where ${answer.max_tokens} were asked for`,
        );
      }
      const next = [...messages, assistant(choice?.text ?? ''), user('And then?')];
      t.finds('cached tokens', promptIn(first) + 2 * t.unit, await t.chat(next));
    },
  },
  reasoning: {
    title: 'reasoning that is left out ends the hit',
    sends: 'a chat that is answered with reasoning; with the content alone and a question more',
    expects: 'the first prompt, and nothing of the answer',
    restsOn: ['template'],
    async run(t: Trial) {
      const messages = await ending(t, t.part);
      const first = await t.chat(messages, { max_tokens: 600 });
      const [choice] = first.choices;
      if (!choice?.reasoning && !first.usage.reasoningTokens)
        throw new Silent('the model does not reason');
      if (!choice?.text) throw new Silent('600 tokens of reasoning led to no answer');
      const next = [...messages, assistant(choice.text), user('And then?')];
      t.finds('cached tokens', promptIn(first), await t.chat(next));
    },
  },
} as const satisfies Record<string, Probe>;
