import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../../src/scenario/load.ts';
import type { ScenarioInput } from '../../../src/scenario/schema.ts';
import { dataLines } from '../../../src/workload/files/lines.ts';
import { openWorkload } from '../../../src/workload/load.ts';
import { Message } from '../../../src/workload/message.ts';
import { loadTokenizer } from '../../../src/workload/tokenizer/tokenizer.ts';
import type { TraceEntry, TraceFormat } from '../../../src/workload/traces/format.ts';
import { TRACE_FORMATS } from '../../../src/workload/traces/formats/formats.ts';
import { playVirtual } from '../../support/play-virtual.ts';
import { keptDir, scratchDir } from '../scratch.ts';

const dir = scratchDir();
const cacheDir = keptDir();
const { count } = await loadTokenizer('gpt2');

function written(name: string, text: string): string {
  const file = join(dir, name);
  writeFileSync(file, text);
  return file;
}

/** A format that another tool might have: a head line, and then one request a line, sessions and all. */
const spreadsheet: TraceFormat = {
  name: 'spreadsheet',
  says: 'CSV of seconds, session, input and output',
  sniff: (head) => head.startsWith('seconds,session,'),
  async *read(file) {
    for await (const { number, text } of dataLines(file)) {
      const [seconds, session, input, output] = text.trim().split(',');
      if (number === 1) continue;
      yield {
        atMs: Number(seconds) * 1000,
        ...(session && { session }),
        inputTokens: Number(input),
        outputTokens: output ? Number(output) : undefined,
      };
    }
  },
};
const traceFormats = [...TRACE_FORMATS, spreadsheet];

/** A format that yields these entries, whatever the file. */
const given = (...entries: TraceEntry[]): TraceFormat => ({
  name: 'given',
  says: 'anything',
  sniff: () => true,
  blockTokens: 4,
  async *read() {
    yield* entries;
  },
});

function scenarioOf(file: string, more: ScenarioInput = {}): ScenarioInput {
  return {
    ...more,
    conversation: { source: 'trace', trace: { file }, ...more.conversation },
    population: { arrivals: { process: 'trace' }, ...more.population },
  };
}

function open(formats: readonly TraceFormat[], file: string, more?: ScenarioInput) {
  const scenario = parseScenario(scenarioOf(file, more));
  return openWorkload(scenario, { cacheDir, traceFormats: formats });
}

const SHEET = written(
  'sheet.csv',
  [
    'seconds,session,input,output',
    '100,ann,7,3',
    '101,,5,',
    '102.5,bob,6,2',
    '104,ann,9,4',
    '104,bob,8,1',
    '110,ann,4,0',
  ].join('\r\n'),
);

describe('a format that is one more row of the table', () => {
  test('is known by its content and played, every turn of a session at its own time', async () => {
    const input = scenarioOf(SHEET, { pacing: { mode: 'trace' } });
    const workload = await openWorkload(parseScenario(input), { cacheDir, traceFormats });
    const { transport, records } = playVirtual(input, () => ({ ttftMs: 500 }), { workload });
    expect(transport.sent.map(({ userId, turn, atMs }) => [userId, turn, atMs])).toEqual([
      [1, 0, 0],
      [2, 0, 1000],
      [3, 0, 2500],
      [1, 1, 4000],
      [3, 1, 4000],
      [1, 2, 10_000],
    ]);
    expect(records.every(({ sentMs, intendedMs }) => sentMs === intendedMs)).toBe(true);
    const last = transport.sent.at(-1)!.messages;
    expect(last.map(({ role }) => role)).toEqual([
      'user',
      'assistant',
      'user',
      'assistant',
      'user',
    ]);
    expect([0, 2, 4].map((at) => count(last[at]!.text))).toEqual([7, 9, 4]);
    // Nothing is known of the second answer's length; one of no token is asked for as one.
    expect(transport.sent.map(({ maxTokens }) => maxTokens)).toEqual([3, undefined, 2, 4, 1, 1]);
    expect(workload.notes[0]).toBe(`trace: 6 requests of 3 conversations in ${SHEET}`);
  });

  test('is counted with words of which no two requests have the first in common', async () => {
    const { conversation, conversations } = await open(traceFormats, SHEET);
    expect(conversations).toBe(3);
    const firsts = [1, 2, 3].flatMap((userId) =>
      conversation(userId).turns.map(({ message }) => message.text.split(' ')[0]),
    );
    expect(new Set(firsts).size).toBe(6);
    expect(conversation(1).sharedTokens).toBe(0);
  });

  test('may be named instead', async () => {
    const named = (format: string) =>
      open(traceFormats, SHEET, { conversation: { trace: { file: SHEET, format } } });
    expect((await named('spreadsheet')).digest).toBe((await named('auto')).digest);
    const accepted = traceFormats.filter(({ isRefused }) => !isRefused);
    const names = ['auto', ...accepted.map((one) => one.name)];
    await expect(named('excel')).rejects.toThrow(
      `conversation.trace.format: found 'excel'; expected one of ${names.join(', ')}`,
    );
  });
});

describe('a file that no format fits', () => {
  test.each([
    [
      'other.jsonl',
      '{"prompt": "hi"}\n',
      /it begins with "\{\\"prompt\\": \\"hi\\"\}"; it looks like prompts: .*; expected/,
    ],
    ['empty.csv', ' \n', /it is empty; expected/],
  ])(
    '%s is refused by name, with what was found and what is accepted',
    async (name, text, says) => {
      const file = written(name, text);
      const refused = open(traceFormats, file);
      await expect(refused).rejects.toThrow(says);
      await expect(refused).rejects.toThrow(file);
      await expect(refused).rejects.toThrow(
        '\n  mooncake: JSON lines of timestamp (ms), input_length, output_length and hash_ids\n',
      );
      await expect(refused).rejects.toThrow(
        '\n  spreadsheet: CSV of seconds, session, input and output',
      );
    },
  );

  test('a missing one, and one without requests, are refused', async () => {
    await expect(open(traceFormats, join(dir, 'nowhere'))).rejects.toThrow(/cannot read .*nowhere/);
    const file = written('head.csv', 'seconds,session,input,output\n');
    await expect(open(traceFormats, file)).rejects.toThrow(/head\.csv: found no request; expected/);
  });
});

describe('entries', () => {
  const file = written('any', '');

  test('of a session become one conversation in the order of time, of one time by their turn', async () => {
    const turn = (atMs: number, number: number, inputTokens: number) => ({
      atMs,
      session: 's',
      turn: number,
      inputTokens,
    });
    const { conversation, arrivalsMs } = await open(
      [given(turn(9, 3, 4), turn(5, 2, 3), { atMs: 7, inputTokens: 9 }, turn(5, 1, 2))],
      file,
    );
    expect(conversation(1).turns.map(({ messageTokens }) => messageTokens)).toEqual([2, 3, 4]);
    expect(conversation(1).turns.map(({ dueMs }) => dueMs)).toEqual([0, 0, 4]);
    expect(conversation(2).turns.map(({ dueMs }) => dueMs)).toEqual([0]);
    expect(arrivalsMs).toEqual([5, 7]);
  });

  test('with messages are said as they are', async () => {
    const system = new Message('system', 'be brief');
    const user = (text: string) => new Message('user', text);
    const { conversation, notes } = await open(
      [
        given(
          { atMs: 0, session: 's', messages: [system, user('tell me of horses')], outputTokens: 8 },
          { atMs: 4, messages: [system, user('tell me of houses')] },
          { atMs: 9, session: 's', messages: [user('more')] },
        ),
      ],
      file,
    );
    const [first, second] = conversation(1).turns;
    expect([...first!.before!, first!.message].map(({ text }) => text)).toEqual([
      'be brief',
      'tell me of horses',
    ]);
    expect([first!.messageTokens, first!.maxTokens]).toEqual([count('tell me of horses'), 8]);
    expect([second!.before, second!.message.text, second!.dueMs]).toEqual([[], 'more', 9]);
    expect(second!.maxTokens).toBeUndefined();
    expect(conversation(2).sharedTokens).toBe(count('be brief\ntell me of'));
    // No words were needed, so no text was opened to cut them from.
    expect(notes).toEqual([`trace: 3 requests of 2 conversations in ${file}`]);
  });

  test('with hash ids have a block of words for each, in the size of the format or the one asked for', async () => {
    const entries = [
      { atMs: 0, inputTokens: 8, hashIds: [1, 2] },
      { atMs: 1, inputTokens: 6, hashIds: [1, 3] },
    ];
    const { conversation, notes } = await open([given(...entries)], file);
    const [one, other] = [1, 2].map((userId) => conversation(userId).turns[0]!.message.text);
    expect([count(one!), count(other!)]).toEqual([8, 6]);
    expect(other!.split(' ')[0]).toBe(one!.split(' ')[0]);
    expect(conversation(2)).toMatchObject({ sharedTokens: 4, sharedWith: 1 });
    // The third plays the first again: all of it was sent.
    expect(conversation(3)).toMatchObject({ sharedTokens: 8, sharedWith: 1 });
    expect(notes[0]).toBe(`trace: 2 requests in ${file}, blocks of 4 tokens`);
    const wide = { conversation: { trace: { file, blockTokens: 8 } } };
    expect((await open([given(...entries)], file, wide)).notes[0]).toMatch(/blocks of 8 tokens/);
  });

  test('are as many arrivals as there are conversations', async () => {
    await expect(open(traceFormats, SHEET, { population: { users: 4 } })).rejects.toThrow(
      /population\.users: found 4; expected at most the 3 conversations of the trace/,
    );
  });
});
