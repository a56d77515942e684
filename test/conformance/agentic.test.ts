import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/base/clock.ts';
import { agentPlayer } from '../../src/population/agents.ts';
import type { TurnRecord } from '../../src/record/record.ts';
import { type Run, type RunEnd, startRun } from '../../src/run/run.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import type { ChatRequest } from '../../src/transport/transport.ts';
import type { AgentTrace, InputFrom, Part } from '../../src/workload/agents/agent-trace.ts';
import { agentWorkload } from '../../src/workload/agents/agents.ts';
import type { Corpus } from '../../src/workload/text/corpus.ts';
import { type Script, ScriptedTransport } from '../support/scripted-transport.ts';

const from = (round: number, agent: number, part: Part): InputFrom => ({ round, agent, part });
const asked = (agent: number, ...inputFrom: InputFrom[]) => ({ agent, outputTokens: 2, inputFrom });

const TRACE: AgentTrace = {
  file: 't1.jsonl',
  rounds: [
    [asked(0), asked(1)],
    [asked(2, from(0, 1, 'output'), from(0, 0, 'both')), asked(0, from(0, 1, 'input'))],
    [asked(1, from(1, 2, 'both'))],
  ],
};

const corpus: Corpus = {
  digest: 'd',
  tokens: 9,
  leadWords: Array.from({ length: 40 }, (_, index) => `w${index}`),
  notes: [],
  cut: (_rng, tokens, lead = []) => lead.slice(0, tokens).join(' '),
  read: () => expect.unreachable(),
};

interface Options {
  readonly traces?: number;
  readonly policy?: 'end' | 'skip' | 'retry';
  readonly script?: (request: ChatRequest, index: number) => Script;
  readonly meanwhile?: (clock: VirtualClock, run: Run) => void;
}

function play({ traces = 1, policy = 'end', script, meanwhile }: Options = {}) {
  const scenario = parseScenario({
    population: { users: traces, arrivals: { process: 'constant', usersPerSec: 1 / 5 } },
    failure: { policy },
  });
  const clock = new VirtualClock();
  const transport = new ScriptedTransport(clock, script);
  const workload = agentWorkload(
    Array.from({ length: traces }, () => TRACE),
    { seed: 0, corpus, promptTokens: 2, intervalMs: 1000, firstUserId: 1 },
  );
  const records: TurnRecord[] = [];
  let end: RunEnd | undefined;
  const run = startRun({
    scenario,
    clock,
    transport,
    workload,
    record: (record) => records.push(record),
    player: (world) => agentPlayer(world, workload),
    onDone: (done) => {
      end = done;
    },
  });
  meanwhile?.(clock, run);
  clock.run();
  if (!end) throw new Error('the run did not end');
  const prompt = (user: number, round: number, place: number) =>
    workload.user(user).rounds[round]![place]!.turn.message.text;
  return { records, sent: transport.sent, prompt, end };
}

const endings = (records: readonly TurnRecord[]) =>
  records.map(({ turn, agent, status }) => `${turn}/${agent?.id} ${status}`);

test('M-63 the agents of a round are asked at once; the next waits for the interval and for all of them', () => {
  // Round 0 is over before the interval (agent 1 after 110 ms), round 1 after it (agent 2: 3,010 ms).
  const { sent, records } = play({
    script: ({ turn, agent }) => ({
      tokens: 2,
      ttftMs: turn === 1 && agent?.id === 2 ? 3000 : agent?.id === 1 ? 100 : 50,
    }),
  });
  expect(sent.map(({ turn, agent, atMs }) => [turn, agent?.id, agent?.place, atMs])).toEqual([
    [0, 0, 0, 0],
    [0, 1, 1, 0],
    [1, 2, 0, 1000],
    [1, 0, 1, 1000],
    [2, 1, 0, 4010],
  ]);
  expect(records.map(({ turn, turns, agent }) => [turn, turns, agent?.id])).toEqual([
    [0, 3, 0],
    [0, 3, 1],
    [1, 3, 0],
    [1, 3, 2],
    [2, 3, 1],
  ]);
  // Due an interval after the launch, whoever was slow.
  expect(records.map(({ intendedMs }) => intendedMs)).toEqual([0, 0, 1000, 1000, 2000]);
});

test('M-63 an agent is sent the inputs and outputs it asks for, by name, and its own prompt last', () => {
  const { sent, prompt } = play({ script: () => ({ tokens: 2 }) });
  const json = sent.map(({ messages }) =>
    messages.map((message) => JSON.parse(message.json.toString())),
  );
  const user = (place: number, round: number, name: string) => ({
    role: 'user',
    content: prompt(1, round, place),
    name,
  });
  const answer = (name: string) => ({ role: 'assistant', content: ' t1 t2', name });
  expect(json).toEqual([
    [user(0, 0, 'agent0-0')],
    [user(1, 0, 'agent1-0')],
    [answer('agent1-0'), user(0, 0, 'agent0-0'), answer('agent0-0'), user(0, 1, 'agent2-1')],
    [user(1, 0, 'agent1-0'), user(1, 1, 'agent0-1')],
    [user(0, 1, 'agent2-1'), answer('agent2-1'), user(0, 2, 'agent1-2')],
  ]);
  expect(sent.every(({ maxTokens }) => maxTokens === 2)).toBe(true);
});

test('M-63 a user comes for each trace, one an interval, and the run ends with the last', () => {
  const { sent, records, end } = play({ traces: 3 });
  const firsts = sent.filter(({ turn, agent }) => turn === 0 && agent?.place === 0);
  expect(firsts.map(({ userId, atMs }) => [userId, atMs])).toEqual([
    [1, 0],
    [2, 5000],
    [3, 10_000],
  ]);
  expect(records).toHaveLength(15);
  expect(end.stoppedBy).toBe('users');
});

const failing = ({ turn, agent }: ChatRequest): Script =>
  turn === 0 && agent?.id === 1 ? { fail: { status: 'http', message: 'no' } } : { tokens: 2 };

test('M-63 a failed agent ends its trace, and every planned request has a record', () => {
  const { records } = play({ script: failing });
  expect(endings(records)).toEqual([
    '0/1 http',
    '0/0 ok',
    '1/2 unsent',
    '1/0 unsent',
    '2/1 unsent',
  ]);
});

test('M-63 or it is skipped: what it was asked can be shown, and it has answered nothing', () => {
  const { records, sent } = play({ script: failing, policy: 'skip' });
  expect(endings(records)).toEqual(['0/1 http', '0/0 ok', '1/2 ok', '1/0 ok', '2/1 ok']);
  const names = sent[2]!.messages.map(({ role, fields }) => `${role} ${fields?.['name']}`);
  expect(names).toEqual(['user agent0-0', 'assistant agent0-0', 'user agent2-1']);
});

test('M-63 or it is asked again, and the round waits for it', () => {
  let tries = 0;
  const { records } = play({
    policy: 'retry',
    script: (request) => (tries++ < 2 ? failing(request) : { tokens: 2 }),
  });
  expect(endings(records).filter((ending) => ending.endsWith(' ok'))).toHaveLength(5);
  expect(records.find(({ agent, turn }) => turn === 0 && agent?.id === 1)?.attempts).toBe(2);
});

test.each([
  ['drains: the round under way is finished', 1020, false, ['1/2 ok', '1/0 ok', '2/1 unsent']],
  ['stops between rounds', 500, false, ['1/2 unsent', '1/0 unsent', '2/1 unsent']],
  ['stops at once', 1020, true, ['1/2 cancelled', '1/0 cancelled', '2/1 unsent']],
])('M-63 interrupted, it %s', (_, atMs, isAborted, expected) => {
  const { records, end } = play({
    meanwhile: (clock, run) => {
      clock.setTimeout(() => (isAborted ? run.abort() : run.interrupt()), atMs);
    },
  });
  expect(endings(records).slice(2)).toEqual(expected);
  expect(end.stoppedBy).toBe('interrupt');
});

test('M-63 an agent that never answers is cancelled when the drain is over', () => {
  const { records } = play({
    script: ({ agent }) => (agent?.id === 1 ? { silent: true } : {}),
    meanwhile: (clock, run) => {
      clock.setTimeout(() => run.interrupt(), 100);
    },
  });
  expect(endings(records).slice(0, 2)).toEqual(['0/0 ok', '0/1 cancelled']);
  expect(records).toHaveLength(5);
});
