import { describe, expect, test } from 'vitest';
import { burstgpt } from '../../../../src/workload/traces/formats/burstgpt.ts';
import { scratchDir } from '../../scratch.ts';
import { entriesOf, recognised, writer } from '../entries.ts';
import { readAll } from '../read-all.ts';

const written = writer(scratchDir());

const SIX = `Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type
5,ChatGPT,472,18,490,Conversation log
45,ChatGPT,1087,230,1317,Conversation log
118,GPT-4,417,0,417,API log
`;
const EIGHT = `Timestamp,Session ID,Elapsed time,Model,Request tokens,Response tokens,Total tokens,Log Type
19440110.0,1722ac82,43,GPT-4,906,446,1352,Conversation log
19440111.5,,2,ChatGPT,30,0,30,API log
19440200.0,1722ac82,5,GPT-4,100,7,107,Conversation log
19440202.0,1722ac82,,GPT-4,120,9,129,Conversation log
19440300.0,1722ac82,1,GPT-4,130,9,139,Conversation log
`;

describe('the columns are known by their names', () => {
  test('000-1 six of them: no sessions, times in seconds, what has no answer has failed', async () => {
    const file = written('six.csv', SIX);
    expect(await recognised(file)).toBe('burstgpt');
    const chat = { model: 'ChatGPT', kind: 'Conversation log' };
    expect(await entriesOf(file)).toEqual([
      { atMs: 5000, inputTokens: 472, outputTokens: 18, ...chat },
      { atMs: 45_000, inputTokens: 1087, outputTokens: 230, ...chat },
      {
        atMs: 118_000,
        inputTokens: 417,
        outputTokens: 0,
        model: 'GPT-4',
        kind: 'API log',
        isFailed: true,
      },
    ]);
  });

  test('000-2 eight of them: sessions, how long answers took, and so the pauses', async () => {
    const entries = await entriesOf(written('eight.csv', EIGHT));
    const cells = entries.map(({ session, atMs, apiMs, thinkMs }) => [
      session,
      atMs,
      apiMs,
      thinkMs,
    ]);
    expect(cells).toEqual([
      ['1722ac82', 19_440_110_000, 43_000, undefined],
      [undefined, 19_440_111_500, 2000, undefined],
      // 90 s after the first request, whose answer took 43 s.
      ['1722ac82', 19_440_200_000, 5000, 47_000],
      // Asked before the answer's end.
      ['1722ac82', 19_440_202_000, undefined, 0],
      // How long the answer before took is not known.
      ['1722ac82', 19_440_300_000, 1000, undefined],
    ]);
    expect(entries.map(({ isCumulative }) => isCumulative)).toEqual([
      true,
      undefined,
      true,
      true,
      true,
    ]);
  });

  test('in any order', async () => {
    const file = written(
      'order.csv',
      'Log Type,Response tokens,x,Request tokens,Model,Timestamp\nAPI log,2.0,y,1,GPT-4,1.005\n',
    );
    expect(await entriesOf(file)).toEqual([
      { atMs: 1005, inputTokens: 1, outputTokens: 2, model: 'GPT-4', kind: 'API log' },
    ]);
  });

  test.each([
    ['x,,1,GPT-4,1,1,2,API log', /line 2: Timestamp: found "x"; expected seconds >= 0/],
    ['1,,x,GPT-4,1,1,2,API log', /line 2: Elapsed time: found "x"/],
    ['1,,1,GPT-4,,1,2,API log', /line 2: Request tokens: found ""; expected tokens >= 0/],
    ['1,,1,GPT-4,1,1,2', /line 2: found 7 cells; expected 8/],
  ])('a wrong row is named: %s', async (row, message) => {
    const file = written('wrong.csv', `${EIGHT.split('\n')[0]}\n${row}\n`);
    await expect(entriesOf(file)).rejects.toThrow(message);
  });
});

describe('what looks wrong', () => {
  test('a total that is none is told of once, and the row is read', async () => {
    const text = SIX.replace('490', '491').replace('1317', '0');
    const told: string[] = [];
    const file = written('totals.csv', text);
    const entries = await readAll(burstgpt, file, { warn: (warning) => told.push(warning) });
    expect(entries).toHaveLength(3);
    expect(told).toEqual([
      `${file}: line 2: Total tokens: found 491; expected 490, Request tokens and Response tokens together; as in 1 rows more`,
    ]);
    await readAll(burstgpt, written('six.csv', SIX), { warn: (warning) => told.push(warning) });
    expect(told).toHaveLength(1);
  });

  test('X-3 milliseconds are refused, and taken where it is said', async () => {
    const header = SIX.split('\n', 1)[0]!;
    const rows = Array.from({ length: 20 }, (_, i) => `${5_000_000 * i},m,1,1,2,API log`);
    const file = written('ms.csv', [header, ...rows].join('\n'));
    await expect(readAll(burstgpt, file)).rejects.toThrow(/Timestamp: found milliseconds, by the/);
    expect((await readAll(burstgpt, file, { timeUnit: 'ms' }))[1]!.atMs).toBe(5_000_000);
  });
});
