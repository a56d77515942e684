import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../../src/scenario/load.ts';
import { openWorkload } from '../../../src/workload/load.ts';
import { keptDir, scratchDir } from '../scratch.ts';
import { writer } from './entries.ts';

const written = writer(scratchDir());
const cacheDir = keptDir();

const FILE = written(
  'burst.csv',
  `Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type
100,ChatGPT,10,1,11,Conversation log
110,ChatGPT,20,2,22,API log
120,GPT-4,30,0,30,API log
130,GPT-4,40,4,44,Conversation log
140,ChatGPT,50,5,55,API log
`,
);

async function played(trace: object, file = FILE) {
  const scenario = parseScenario({
    conversation: { source: 'trace', trace: { file, ...trace } },
    population: { arrivals: { process: 'trace' } },
  });
  const {
    conversations = 0,
    conversation,
    arrivalsMs,
    notes,
    digest,
  } = await openWorkload(scenario, { cacheDir });
  const users = Array.from({ length: conversations }, (_, i) => i + 1);
  const tokens = users.map((userId) => conversation(userId).turns[0]!.messageTokens);
  return { tokens, arrivalsMs, notes, digest };
}

test('000-6 what failed is asked for 1 token, and that is told', async () => {
  expect((await played({})).notes).toContainEqual(
    expect.stringMatching(/^1 answer of 0 tokens in the trace, .*: 1 token is asked for;/),
  );
  expect((await played({ skipFailures: true })).notes.join()).not.toContain('of 0 tokens');
});

describe('a part of a trace', () => {
  test.each([
    ['000-3 all of it', {}, [10, 20, 30, 40, 50]],
    ['000-5 conversations', { kind: 'conv' }, [10, 40]],
    ['000-5 the API', { kind: 'api' }, [20, 30, 50]],
    ['000-6 a model', { model: 'GPT-4' }, [30, 40]],
    ['000-6 no failures', { skipFailures: true }, [10, 20, 40, 50]],
    ['000-7 its first requests', { limit: 2 }, [10, 20]],
    ['000-7 more than it has', { limit: 1000 }, [10, 20, 30, 40, 50]],
    ['000-7 the first that are left', { limit: 2, kind: 'api', skipFailures: true }, [20, 50]],
    ['a part of its time, from its first request', { fromSec: 10, untilSec: 30 }, [20, 30, 40]],
  ])('%s', async (_, trace, tokens) => {
    expect((await played(trace)).tokens).toEqual(tokens);
  });

  test('says what is left out, and of which kinds', async () => {
    const { notes } = await played({ kind: 'conv', untilSec: 39 });
    expect(notes).toContain('1 left out: later than 39 s (first: request 5)');
    expect(notes).toContain('2 left out: of kind API log, not conv (first: request 2)');
    await expect(played({ model: 'GPT-5' })).rejects.toThrow(
      `${FILE}: found no request; 3 left out: of model ChatGPT, not GPT-5 (first: request 1); 2 left out: of model GPT-4, not GPT-5 (first: request 3)`,
    );
  });

  test('is another workload, and nothing left out is the same', async () => {
    const { digest } = await played({});
    expect((await played({ skipFailures: false })).digest).toBe(digest);
    expect((await played({ kind: 'api' })).digest).not.toBe(digest);
  });

  test('begins at its own first time', async () => {
    expect((await played({ kind: 'api' })).arrivalsMs).toEqual([110_000, 120_000, 140_000]);
  });

  test('X-5 is read a piece at a time, and no further than its limit', async () => {
    const broken = written(
      'broken.csv',
      `${'Timestamp,Model,Request tokens,Response tokens,Log Type\n1,m,1,1,API log\n'}x\n`,
    );
    expect((await played({ limit: 1 }, broken)).tokens).toEqual([1]);
    await expect(played({}, broken)).rejects.toThrow(/line 3/);
  });

  test('of its time needs times', async () => {
    const file = written(
      'mlperf.jsonl',
      '{"conversation_id":"a","turn":1,"role":"user","content":"x"}\n',
    );
    await expect(played({ fromSec: 1 }, file)).rejects.toThrow(
      `conversation.trace.fromSec: found 1; expected none, as ${file} has no times`,
    );
  });

  test('X-5 is read no further than to where a sorted file has all behind it', async () => {
    const header = 'TIMESTAMP,ContextTokens,GeneratedTokens';
    const rowAt = (sec: number) =>
      `2024-05-10 ${new Date(1000 * sec).toISOString().slice(11, 19)},${sec + 1},1`;
    const later = Array.from({ length: 10_000 }, (_, i) => rowAt(i + 5));
    const rows = [header, rowAt(0), rowAt(1), ...later, 'no row'];
    const { tokens, notes } = await played({ untilSec: 2 }, written('az.csv', rows.join('\n')));
    expect(tokens).toEqual([1, 2]);
    expect(notes).toContain(
      'all others left out: not read, as the 10000 before are all later than 2 s (first: request 10003)',
    );
    const disordered = written('az2.csv', [header, rowAt(1), rowAt(0), ...later, 'no'].join('\n'));
    await expect(played({ untilSec: 2 }, disordered)).rejects.toThrow(/line 10004: found 1 cells/);
  });

  test('counts from the earliest request, wherever it is in the file', async () => {
    const rows = ['TIMESTAMP,ContextTokens,GeneratedTokens'].concat(
      [3, 0, 9].map((sec) => `2024-05-10 00:00:0${sec},${sec + 1},1`),
    );
    const { tokens } = await played({ untilSec: 3 }, written('az3.csv', rows.join('\n')));
    expect(tokens).toEqual([1, 4]);
  });

  test('has no turns that follow from one that is left out', async () => {
    const row = (fields: object) => JSON.stringify({ input_length: 9, ...fields });
    const file = written(
      'delays.jsonl',
      [
        row({ session_id: 'a', timestamp: 0 }),
        row({ session_id: 'b', timestamp: 9000 }),
        row({ session_id: 'b', delay: 10, input_length: 10 }),
        row({ session_id: 'a', delay: 10, input_length: 11 }),
      ].join('\n'),
    );
    const scenario = { file, untilSec: 5 };
    expect((await played(scenario)).notes).toContain(
      '2 left out: later than 5 s (first: request 2)',
    );
  });
});
