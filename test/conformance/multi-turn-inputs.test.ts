import { copyFileSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { VirtualClock } from '../../src/base/clock.ts';
import { convertCommand } from '../../src/commands/convert.ts';
import { generateCommand } from '../../src/commands/generate.ts';
import type { TurnRecord } from '../../src/record/record.ts';
import { startRun } from '../../src/run/run.ts';
import type { ScenarioInput } from '../../src/scenario/schema.ts';
import type { Conversation, Workload } from '../../src/workload/conversation.ts';
import { openWorkload } from '../../src/workload/load.ts';
import { loadTokenizer } from '../../src/workload/tokenizer/tokenizer.ts';
import { absent, sharedFile, titled } from '../support/needs.ts';
import { ScriptedTransport } from '../support/scripted-transport.ts';
import {
  keptDir,
  scenarioOf,
  scratchDir,
  shareGptItem,
  shortText,
  writeJson,
} from '../workload/scratch.ts';

/** What goes into vLLM's benchmark_serving_multi_turn.py: rows M-32 to M-38 and M-57 of the checklist. */

const SHIPPED = sharedFile('data/conversations/vllm_generate_multi_turn.json');
const BOOK = sharedFile('data/text/pg1184.txt');
const NO_DATA = absent(SHIPPED, BOOK);

const cacheDir = keptDir();
process.env['XDG_CACHE_HOME'] = cacheDir;
const dir = scratchDir();
const textFile = shortText(dir, 200_000);
const { count } = await loadTokenizer('gpt2');

function open(
  file: string,
  conversation: object = {},
  rest: ScenarioInput = {},
): Promise<Workload> {
  return openWorkload(scenarioOf({ source: 'file', file, ...conversation }, rest), { cacheDir });
}

async function conversationsOf(workload: Promise<Workload>): Promise<Conversation[]> {
  const { conversations, conversation } = await workload;
  return Array.from({ length: conversations! }, (_, i) => conversation(1 + i));
}

const say = (role: string, content: unknown, extra: object = {}) => ({ role, content, ...extra });
const chat = (id: unknown, ...messages: object[]) => ({ id, messages });
const sent = (message: { json: Buffer }) => JSON.parse(message.json.toString('utf8'));

async function played(file: string, input: ScenarioInput) {
  const scenario = scenarioOf({ ...input.conversation, source: 'file', file }, input);
  const workload = await openWorkload(scenario, { cacheDir });
  const clock = new VirtualClock();
  const transport = new ScriptedTransport(clock);
  const records: TurnRecord[] = [];
  startRun({
    scenario,
    clock,
    transport,
    workload,
    record: (one) => records.push(one),
    onDone: () => undefined,
  });
  clock.run();
  return { records, transport };
}

describe('M-32 conversations of OpenAI messages', () => {
  const call = { id: 'c1', type: 'function', function: { name: 'f', arguments: '{}' } };
  const items = [
    chat(
      'tools',
      say('system', 'be brief'),
      say('user', 'look it up', { name: 'ann' }),
      say('assistant', null, { tool_calls: [call] }),
      say('tool', 'found', { tool_call_id: 'c1' }),
      say('tool', 'found more', { tool_call_id: 'c2' }),
      say('assistant', 'Here it is.'),
      say('user', 'thanks', { pause_sec: 9 }),
    ),
    chat(
      7,
      say('user', [
        { type: 'text', text: 'what is ' },
        { type: 'image_url', image_url: { url: 'data:' } },
        { type: 'text', text: 'this' },
      ]),
      say('assistant', 'A cat.'),
    ),
  ];

  test.each([
    ['a JSON list', (file: string) => writeFileSync(file, JSON.stringify(items, undefined, 4))],
    [
      'JSON lines',
      (file: string) => writeFileSync(file, items.map((one) => JSON.stringify(one)).join('\n')),
    ],
  ])('as %s', async (name, write) => {
    const file = join(dir, `${name}.json`);
    write(file);
    const [tools, parts] = await conversationsOf(open(file, {}, { pacing: { pauseSec: 2 } }));
    expect([tools!.id, parts!.id]).toEqual(['tools', '7']);
    expect(tools!.opening.map(sent)).toEqual([say('system', 'be brief')]);
    expect(tools!.turns.map((turn) => [...(turn.before ?? []), turn.message].map(sent))).toEqual([
      [items[0]!.messages[1]],
      items[0]!.messages.slice(3, 5),
      [say('user', 'thanks')],
    ]);
    expect(tools!.turns.map(({ needsRecordedAnswer }) => needsRecordedAnswer)).toEqual([
      true,
      false,
      false,
    ]);
    expect(sent(tools!.turns[0]!.recordedAnswer!)).toEqual(items[0]!.messages[2]);
    // The file's own pause wins over the pacing; no answer, no limit.
    expect(tools!.turns.map(({ pauseMs }) => pauseMs)).toEqual([0, 2000, 9000]);
    expect(tools!.turns.map(({ maxTokens }) => maxTokens)).toEqual([
      1,
      count('Here it is.'),
      undefined,
    ]);
    expect(sent(parts!.turns[0]!.message)).toEqual(items[1]!.messages[0]);
    expect(parts!.turns[0]).toMatchObject({ messageTokens: count('what is this') });
    expect(parts!.turns[0]!.message.text).toBe('what is this');
  });

  test('answer.tokens takes the place of the recorded length', async () => {
    const file = writeJson(dir, 'answers.json', items);
    const [tools] = await conversationsOf(open(file, { answer: { tokens: 50 } }));
    expect(tools!.turns.map(({ maxTokens }) => maxTokens)).toEqual([50, 50, 50]);
  });

  test.each([
    [1, 1],
    [2, 1],
    [3, 2],
    [4, 2],
    [99, 4],
  ])('of %i messages %i questions are asked', async (maxMessages, questions) => {
    const messages = [
      say('system', 's'),
      ...Array.from({ length: 7 }, (_, i) => say(i % 2 ? 'assistant' : 'user', 't')),
    ];
    const [one] = await conversationsOf(
      open(writeJson(dir, 'cut.json', [chat('a', ...messages)]), { maxMessages }),
    );
    expect(one!.turns).toHaveLength(questions);
  });

  test('problems name file, item and id, ten of them and how many more', async () => {
    const ok = [say('user', 'q'), say('assistant', 'a')];
    const bad: [object | null, string][] = [
      [chat('twice', ...ok), ''],
      [chat('twice', ...ok), 'item 1, id twice: the id of item 0 too'],
      [{ id: 'none' }, 'item 2, id none: messages: missing, found id; expected a list'],
      [chat('empty'), 'item 3, id empty: messages: empty'],
      [
        chat('role', say('alien', 'x')),
        'item 4, id role: messages[0].role: found "alien"; expected system, developer, user',
      ],
      [
        chat('type', say('user', 5)),
        'item 5, id type: messages[0].content: found 5; expected a text or a list of parts',
      ],
      [chat('blank', say('user', '')), 'item 6, id blank: messages[0].content: empty'],
      [
        chat('early', say('system', 's'), say('assistant', 'a')),
        'item 7, id early: messages[1]: begins with an answer',
      ],
      [chat('null', say('user', null)), 'item 8, id null: messages[0].content: found null'],
      [
        chat('pause', say('user', 'q', { pause_sec: 'x' })),
        'item 9, id pause: messages[0].pause_sec: found "x"; expected seconds >= 0',
      ],
      [null, 'item 10, id 10: found null; expected an object'],
      [chat('mute', say('system', 's')), ''],
    ];
    const file = writeJson(
      dir,
      'bad.json',
      bad.map(([item]) => item),
    );
    const error: Error = await open(file).then(
      () => new Error('none'),
      (thrown) => thrown,
    );
    expect(error).toMatchObject({ name: 'UsageError' });
    expect(error.message).toContain(file);
    for (const [, problem] of bad) expect(error.message).toContain(problem);
    expect(error.message).toContain('and 1 more');
    expect(error.message).not.toContain('mute');
  });

  test.each([
    ['allAtOnce', { process: 'allAtOnce' }],
    ['closed', { process: 'closed', concurrency: 3 }],
    ['constant', { process: 'constant', usersPerSec: 5 }],
  ] as const)('each is played once, and the run ends: %s', async (_, arrivals) => {
    const many = Array.from({ length: 10 }, (_, i) =>
      chat(`c${i}`, say('user', `q${i}`), say('assistant', 'a'), say('user', 'more')),
    );
    const file = writeJson(dir, 'many.json', many);
    const { records, transport } = await played(file, { population: { arrivals } });
    expect(records).toHaveLength(20);
    const firsts = transport.sent
      .filter(({ turn }) => turn === 0)
      .map(({ messages }) => messages[0]!.text);
    expect(firsts.sort()).toEqual(many.map((_, i) => `q${i}`));
  });

  test('tool results follow the recorded calls, other turns the live answer', async () => {
    const file = writeJson(dir, 'tools.json', items.slice(0, 1));
    const { transport } = await played(file, {
      population: { arrivals: { process: 'allAtOnce' } },
    });
    const last = transport.sent.find(({ turn }) => turn === 2)!.messages.map(sent);
    expect(last.map(({ role }) => role)).toEqual([
      'system',
      'user',
      'assistant',
      'tool',
      'tool',
      'assistant',
      'user',
    ]);
    expect(last[2]).toEqual(items[0]!.messages[2]);
    expect(last[5].content).not.toBe('Here it is.');
  });

  test('a second start counts nothing', async () => {
    const file = writeJson(dir, 'counted.json', items);
    const first = await open(file);
    const tokenizers = await import('../../src/workload/tokenizer/tokenizer.ts');
    const loading = vi.spyOn(tokenizers, 'openTokenizer');
    const second = await open(file);
    expect(loading).not.toHaveBeenCalled();
    expect(second.digest).toBe(first.digest);
    expect(second.conversation(1).turns[1]!.messageTokens).toBe(count('found more'));
    loading.mockRestore();
  });

  test('what the conversations begin with alike is known', async () => {
    const file = writeJson(dir, 'alike.json', [
      chat('a', say('system', 'be brief'), say('user', 'tell me about horses')),
      chat('b', say('system', 'be brief'), say('user', 'tell me about houses')),
      chat('c', say('system', 'be brief'), say('user', 'tell me about hotels')),
    ]);
    const { conversation } = await open(file);
    expect(conversation(1).sharedTokens).toBe(count('be brief') + count('tell me about'));
  });
});

interface Made {
  id: string;
  messages: { role: string; content: string }[];
}

async function generate(
  config: string,
  ...flags: string[]
): Promise<{ made: Made[]; text: string; printed: string }> {
  const output = join(dir, 'generated.json');
  const log = vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
  try {
    await generateCommand().parseAsync([config, '--output', output, ...flags], { from: 'user' });
    const text = readFileSync(output, 'utf8');
    return {
      made: JSON.parse(text),
      text,
      printed: log.mock.calls
        .map(([text]) => text)
        .join('')
        .trimEnd(),
    };
  } finally {
    log.mockRestore();
  }
}

const constant = (value: number) => ({ distribution: 'constant', value });
const small = (input: object = {}, top: object = {}) => ({
  filetype: 'generate_conversations',
  num_conversations: 3,
  text_files: [textFile],
  prompt_input: {
    num_turns: constant(5),
    common_prefix_num_tokens: constant(50),
    prefix_num_tokens: constant(40),
    num_tokens: { distribution: 'uniform', min: 60, max: 70 },
    ...input,
  },
  prompt_output: { num_tokens: { distribution: 'uniform', min: 5, max: 9 } },
  ...top,
});

const smallFile = (input?: object, top?: object) => writeJson(dir, 'small.json', small(input, top));

describe.skipIf(NO_DATA)(titled('M-33 the shipped configuration, unchanged', NO_DATA), () => {
  function shipped(): string {
    const folder = scratchDir();
    copyFileSync(SHIPPED, join(folder, 'config.json'));
    symlinkSync(BOOK, join(folder, 'pg1184.txt'));
    return join(folder, 'config.json');
  }

  test('gives 24 conversations of 12 to 18 messages, with lengths as asked', {
    timeout: 60_000,
  }, async () => {
    const conversations = await conversationsOf(open(shipped()));
    expect(conversations).toHaveLength(24);
    for (const { turns, sharedTokens } of conversations) {
      expect(turns.length).toBeGreaterThanOrEqual(6);
      expect(turns.length).toBeLessThanOrEqual(9);
      expect(sharedTokens).toBe(500);
      for (const { messageTokens, maxTokens } of turns.slice(1)) {
        expect(messageTokens).toBeGreaterThanOrEqual(120);
        expect(messageTokens).toBeLessThanOrEqual(160);
        expect(maxTokens).toBeGreaterThanOrEqual(80);
        expect(maxTokens).toBeLessThanOrEqual(120);
      }
      const prefix = turns[0]!.messageTokens! - 500 - 140;
      expect(prefix).toBeGreaterThan(100);
      expect(prefix).toBeLessThan(5000);
    }
    const texts = conversations.flatMap(({ turns }) => turns.map(({ message }) => message.text));
    expect(new Set(texts).size).toBe(texts.length);
  });
});

describe('M-34 every distribution, with its parameters and errors', () => {
  test.each<[object, RegExp]>([
    [
      { distribution: 'constant' },
      /prompt_input\.num_tokens\.value: missing; expected a number >= 0/,
    ],
    [{ distribution: 'constant', value: '5' }, /num_tokens\.value: found "5"/],
    [{ distribution: 'uniform', max: 5 }, /num_tokens\.min: missing; expected a number > 0/],
    [
      { distribution: 'uniform', min: 0, max: 5 },
      /num_tokens\.min: found 0; expected a number > 0/,
    ],
    [
      { distribution: 'uniform', min: 9, max: 5 },
      /num_tokens\.max: found 5; expected a number >= min/,
    ],
    [
      { distribution: 'lognormal' },
      /num_tokens: found no parameter; expected average, or mean and sigma/,
    ],
    [
      { distribution: 'lognormal', average: 0.5 },
      /num_tokens\.average: found 0.5; expected a number >= 1/,
    ],
    [
      { distribution: 'lognormal', average: 5, median_ratio: 1 },
      /median_ratio: found 1; expected a number > 0 and < 1/,
    ],
    [
      { distribution: 'lognormal', average: 5, sigma: 1 },
      /num_tokens: found average beside mean or sigma/,
    ],
    [{ distribution: 'lognormal', mean: 5 }, /num_tokens\.sigma: missing; expected a number >= 0/],
    [
      { distribution: 'lognormal', mean: 0, sigma: 1 },
      /num_tokens\.mean: found 0; expected a number > 0/,
    ],
    [
      { distribution: 'lognormal', mean: 5, sigma: 1, max: -1 },
      /num_tokens\.max: found -1; expected a number > 0/,
    ],
    [{ distribution: 'zipf', alpha: 1 }, /num_tokens\.alpha: found 1; expected a number > 1/],
    [{ distribution: 'poisson' }, /num_tokens\.alpha: missing; expected a number >= 0/],
    [{ distribution: 'poisson', alpha: -1 }, /num_tokens\.alpha: found -1/],
    [
      { distribution: 'gauss' },
      /num_tokens\.distribution: found "gauss"; expected constant, uniform, lognormal, zipf, poisson/,
    ],
    [{}, /num_tokens\.distribution: missing/],
  ])('%j is refused', async (num_tokens, message) => {
    await expect(generate(smallFile({ num_tokens }))).rejects.toThrow(message);
  });

  test.each<[object, number[]]>([
    [constant(75), [75]],
    [{ distribution: 'uniform', min: 70, max: 71, unknown_field: 1 }, [70, 71]],
    [{ distribution: 'uniform', min: 70.2, max: 70.4 }, [70]],
    [{ distribution: 'lognormal', average: 100, median_ratio: 0.99999999, max: 0 }, [100]],
    [{ distribution: 'lognormal', average: 900, max: 80 }, [80]],
    [{ distribution: 'lognormal', mean: Math.log(90), sigma: 0 }, [90]],
    [{ distribution: 'zipf', alpha: 1.0001, max: 77 }, [77]],
    [{ distribution: 'poisson', alpha: 5000, max: 78 }, [78]],
  ])('%j gives user messages of these lengths', async (num_tokens, lengths) => {
    const { made } = await generate(smallFile({ num_tokens }));
    const later = made.flatMap(({ messages }) =>
      messages.slice(2).filter(({ role }) => role === 'user'),
    );
    expect(later.length).toBeGreaterThan(3);
    for (const { content } of later) expect(lengths).toContain(count(content));
  });

  test('all problems are told at once, each with section and field', async () => {
    const config = writeJson(dir, 'wrong.json', {
      filetype: 'generate_conversation',
      num_conversations: 0,
      prompt_input: { num_turns: 5 },
    });
    const error: Error = await generate(config).then(
      () => new Error('none'),
      (thrown) => thrown,
    );
    expect(error.message.split('\n').map((line) => line.trim().split(';')[0])).toEqual([
      `${config}: 7 problems`,
      'filetype: found "generate_conversation"',
      'num_conversations: found 0',
      'text_files: missing',
      'prompt_input.num_turns: found 5',
      'prompt_input.prefix_num_tokens: missing',
      'prompt_input.num_tokens: missing',
      'prompt_output.num_tokens: missing',
    ]);
  });

  test('without a common prefix there is none', async () => {
    const { made } = await generate(smallFile({ common_prefix_num_tokens: undefined }));
    expect(made.map(({ messages }) => messages[0]!.content.slice(0, 22))).toEqual(
      [0, 1, 2].map((i) => `${i} is a nice number... `),
    );
  });
});

describe('M-35 what a generated conversation looks like', () => {
  test.each([
    [1, 2],
    [2, 2],
    [5, 6],
    [6, 6],
  ])('num_turns %i becomes %i', async (turns, messages) => {
    const { made } = await generate(smallFile({ num_turns: constant(turns) }));
    expect(made.map((one) => one.messages.length)).toEqual([messages, messages, messages]);
  });

  test('common prefix, tag, own prefix, question, filler; each of its exact length', async () => {
    const { made } = await generate(smallFile({ num_tokens: constant(65) }));
    expect(made.map(({ id }) => id)).toEqual(['CONV_ID_0', 'CONV_ID_1', 'CONV_ID_2']);
    const firsts = made.map(({ messages }) => messages[0]!.content);
    const [common] = firsts[0]!.split(' 0 is a nice number... ');
    expect(count(common!)).toBe(50);
    expect(common!.endsWith('.')).toBe(true);
    const question = 'Please rewrite the following text and add more content: ';
    const fillers = new Set<string>();
    const prefixes = new Set<string>();
    for (const [i, { messages }] of made.entries()) {
      expect(messages.map(({ role }) => role)).toEqual(Array(3).fill(['user', 'assistant']).flat());
      expect(count(firsts[i]!)).toBe(50 + 40 + 65);
      const rest = firsts[i]!.slice(`${common} ${i} is a nice number... `.length);
      const [prefix, filler] = rest.split(` ${question}`);
      expect(prefix!.startsWith(`${i}, `)).toBe(true);
      expect(count(prefix!)).toBe(40);
      prefixes.add(prefix!.slice(3));
      fillers.add(filler!);
      for (const { content } of messages.slice(2).filter(({ role }) => role === 'user')) {
        expect(content.startsWith(`${i} is a nice number... ${question}`)).toBe(true);
        expect(count(content)).toBe(65);
        fillers.add(content.split(question)[1]!);
      }
      for (const { content } of messages.filter(({ role }) => role === 'assistant')) {
        expect(count(content)).toBeGreaterThanOrEqual(5);
        expect(count(content)).toBeLessThanOrEqual(9);
      }
    }
    expect(prefixes.size).toBe(3);
    expect(fillers.size).toBe(9);
    // No filler begins within another: neighbours do not overlap.
    const text = readFileSync(textFile, 'utf8');
    const places = [...fillers]
      .map((filler) => text.indexOf(filler.slice(0, 60)))
      .sort((a, b) => a - b);
    for (const [i, place] of places.slice(1).entries())
      expect(place - places[i]!).toBeGreaterThan(100);
  });

  test("upstream's arithmetic, where it is asked for", async () => {
    const file = smallFile({
      num_tokens: constant(65),
      prefix_num_tokens: { distribution: 'lognormal', average: 40, max: 100 },
    });
    const { made } = await generate(file, '--compat');
    const question = 'Please rewrite the following text and add more content: ';
    for (const [i, { messages }] of made.entries()) {
      const first = messages[0]!.content;
      // The common prefix is most of the first message's length: with the tag and question it has no filler left.
      const left = 65 - count(first.slice(0, first.indexOf(`${i}, `)).trimEnd()) - count(question);
      expect(left).toBeLessThan(10);
      expect(first.startsWith(made[0]!.messages[0]!.content.slice(0, 100))).toBe(true);
    }
    // Fillers of neighbours overlap: the second begins a few tokens after the first.
    const noPrefix = await generate(
      smallFile({ num_tokens: constant(65), prefix_num_tokens: constant(0) }),
      '--compat',
    );
    const [a, b] = noPrefix.made.map(({ messages }) => messages[2]!.content.split(question)[1]!);
    expect(a).toContain(b!.slice(0, 60));
  });

  test('a text that is long enough for prefixes is used again for fillers', async () => {
    const config = smallFile(
      { num_turns: constant(60), num_tokens: constant(400), prefix_num_tokens: constant(0) },
      { text_files: [shortText(scratchDir(), 12_000)] },
    );
    const { made, printed } = await generate(config);
    expect(made[0]!.messages).toHaveLength(60);
    expect(printed).not.toContain('differ');
  });
});

describe('M-36 a text that is too short', () => {
  test.each([[[]], [['--compat']]])(
    'is refused with the tokens required and available %j',
    async (flags) => {
      const tiny = shortText(scratchDir(), 800);
      const file = smallFile({ prefix_num_tokens: constant(100) }, { text_files: [tiny] });
      const error: Error = await generate(file, ...flags).then(
        () => new Error('none'),
        (thrown) => thrown,
      );
      const [, required, available] =
        /not enough text: (\d+) tokens are required, (\d+) are available/.exec(error.message)!;
      expect(Number(required)).toBeGreaterThan(50 + 3 * 100);
      expect(Math.abs(Number(available) - count(readFileSync(tiny, 'utf8')))).toBeLessThan(10);
    },
  );

  test('or is not there, is named', async () => {
    await expect(generate(smallFile({}, { text_files: ['nowhere.txt'] }))).rejects.toThrow(
      /text_files: cannot read text nowhere.txt/,
    );
  });
});

describe('M-37 generating only', () => {
  test('the file, played, is the conversations that the configuration gives', async () => {
    const config = smallFile();
    const { text } = await generate(config, '--seed', '5');
    const fromFile = await conversationsOf(open(join(dir, 'generated.json')));
    const fromConfig = await conversationsOf(open(config, {}, { seed: 5 }));
    expect(JSON.parse(text)).toHaveLength(3);
    expect(JSON.stringify(fromFile)).toBe(JSON.stringify(fromConfig));
    const bodies = (all: Conversation[]) =>
      all.flatMap(({ turns }) => turns.map(({ message }) => sent(message)));
    expect(bodies(fromFile)).toEqual(bodies(fromConfig));
  });

  test('the same seed writes the same bytes, another seed others', async () => {
    const config = smallFile();
    const { text } = await generate(config, '--seed', '1');
    expect(text.startsWith('[\n    {\n        "id": "CONV_ID_0"')).toBe(true);
    expect((await generate(config, '--seed', '1')).text).toBe(text);
    expect((await generate(config, '--seed', '2')).text).not.toBe(text);
  });
});

describe('M-38 statistics of what was generated', () => {
  const ROWS = ['conversation_turns', 'user_tokens', 'assistant_tokens', 'request_tokens'];

  test.each([
    ['the flag', {}, ['--print-stats']],
    ['the configuration', { print_stats: true }, []],
  ])('are printed with %s', async (_, top, flags) => {
    const { printed, made } = await generate(smallFile({}, top), ...flags);
    const lines = printed.split('\n').map((line) => line.trim().split(/\s+/));
    const head = lines.findIndex(([first]) => first === 'count');
    expect(lines[head]).toEqual([
      'count',
      'mean',
      'std',
      'min',
      '25%',
      '50%',
      '75%',
      '90%',
      '99%',
      'max',
    ]);
    const rows = Object.fromEntries(
      lines.slice(head + 1).map(([label, ...cells]) => [label, cells]),
    );
    expect(Object.keys(rows)).toEqual(ROWS);
    expect(rows['conversation_turns']).toEqual(['3', '6', '0', ...Array(7).fill('6')]);
    const longest = Math.max(
      ...made.map(({ messages }) =>
        messages.slice(0, 5).reduce((sum, { content }) => sum + count(content), 0),
      ),
    );
    expect(rows['request_tokens']!.at(-1)).toBe(String(longest));
    expect(rows['user_tokens']![0]).toBe('9');
  });

  test('are not printed unasked', async () => {
    expect((await generate(smallFile())).printed).not.toContain('user_tokens');
  });
});

describe('M-57 ShareGPT to OpenAI messages', () => {
  test('every flag of the converter, and the result can be played', async () => {
    const pair = (id: string, n: number, text = 'word word') =>
      shareGptItem(id, ...Array(n).fill(text));
    const input = writeJson(dir, 'sharegpt.json', [
      pair('long_1', 4),
      pair('foreign', 4, 'mot à mot'),
      pair('long_0', 4),
      pair('an id of any form', 6),
      pair('short', 2),
      pair('tiny', 6, 'w'),
      pair('huge', 6, 'w'.repeat(500)),
    ]);
    const output = join(dir, 'openai.json');
    const log = vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
    const convert = (...flags: string[]) =>
      convertCommand().parseAsync(['sharegpt', input, output, ...flags], { from: 'user' });
    await convert(
      ...['--seed', '3', '--min-turns', '4', '--max-turns', '7', '--ascii-only'],
      ...[
        '--min-content-len',
        '2',
        '--max-content-len',
        '100',
        '--max-items',
        '2',
        '--model',
        'gpt2',
      ],
    );
    const conversations = await conversationsOf(open(output));
    expect(conversations.map(({ id, turns }) => [id, turns.length]).sort()).toEqual([
      ['an id of any form', 3],
      ['long', 3],
    ]);
    const printed = log.mock.calls.map(([text]) => text).join('');
    for (const row of [
      'user_turns',
      'assistant_turns',
      'words',
      'conv_turns',
      'conv_words',
      'conv_characters',
      'tokens',
    ]) {
      expect(printed).toMatch(new RegExp(`^ +${row} +\\d`, 'm'));
    }
    expect(printed).toContain('1 left out: not all ASCII (first: id foreign, message 0)');
    await convert('--non-ascii-only');
    log.mockRestore();
    expect((await conversationsOf(open(output))).map(({ id }) => id)).toEqual(['foreign']);
    await expect(convert('--ascii-only', '--non-ascii-only')).rejects.toThrow(
      /expected one of them/,
    );
  });
});
