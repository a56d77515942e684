import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isolated } from '../../../src/run/isolation.ts';
import { parseScenario } from '../../../src/scenario/load.ts';
import type { ScenarioInput } from '../../../src/scenario/schema.ts';
import { openWorkload } from '../../../src/workload/load.ts';
import { Message } from '../../../src/workload/message.ts';
import type { TraceEntry, TraceFormat } from '../../../src/workload/traces/format.ts';
import { playVirtual } from '../../support/play-virtual.ts';
import type { Script } from '../../support/scripted-transport.ts';
import { keptDir, scratchDir } from '../scratch.ts';

const file = join(scratchDir(), 'any');
writeFileSync(file, '');
const cacheDir = keptDir();

const CALL = new Message('assistant', '', {
  tool_calls: [{ id: 'c', type: 'function', function: { name: 'ls', arguments: '{}' } }],
});
const TOOLS = [{ type: 'function', function: { name: 'ls' } }];

const ENTRIES: readonly TraceEntry[] = [
  {
    session: 's',
    request: { tools: TOOLS },
    messages: [new Message('system', 'be brief'), new Message('user', 'what is here?')],
    answer: CALL,
  },
  {
    session: 's',
    messages: [new Message('tool', 'a b c', { tool_call_id: 'c' })],
    answer: new Message('assistant', 'three files'),
  },
  { session: 's', messages: [new Message('user', 'thanks')], outputTokens: 3 },
];

async function workloadOf(input: ScenarioInput, entries = ENTRIES) {
  const format: TraceFormat = {
    name: 'given',
    says: 'anything',
    sniff: () => true,
    async *read() {
      yield* entries;
    },
  };
  return openWorkload(parseScenario(input), { cacheDir, traceFormats: [format] });
}

function inputOf(more: ScenarioInput = {}): ScenarioInput {
  return {
    ...more,
    conversation: { source: 'trace', trace: { file }, ...more.conversation },
    population: { arrivals: { process: 'closed', concurrency: 1 } },
  };
}

async function played(more: ScenarioInput = {}, script?: (turn: number) => Script) {
  const input = inputOf(more);
  const workload = await workloadOf(input);
  const run = playVirtual(input, ({ turn }) => script?.(turn) ?? {}, { workload });
  const said = run.transport.sent.map(({ messages }) =>
    messages.map(({ role, text }) => `${role}: ${text}`),
  );
  return { ...run, said };
}

describe('recorded answers', () => {
  test('stand in the history where they are asked for, and where tools have answered their calls', async () => {
    const [asked, results] = [['system: be brief', 'user: what is here?'], 'tool: a b c'];
    const recorded = await played({ conversation: { history: 'recorded' } });
    expect(recorded.said[2]).toEqual([
      ...[...asked, 'assistant: ', results],
      ...['assistant: three files', 'user: thanks'],
    ]);
    expect(recorded.transport.sent[1]!.messages[2]).toBe(CALL);
    const live = await played();
    expect(live.transport.sent[1]!.messages[2]).toBe(CALL);
    expect(live.said[2]![4]).not.toContain('three files');
  });

  test('are how long an answer may be where nobody else says it, calls and all', async () => {
    const { transport } = await played({ conversation: { answer: { force: 'minTokens' } } });
    const [call, text, said] = transport.sent.map(({ maxTokens }) => maxTokens);
    expect(call).toBeGreaterThan(20);
    expect([text, said]).toEqual([2, 3]);
  });

  test('go on with the tools of their conversation, in every request', async () => {
    const { transport } = await played();
    expect(transport.sent.map(({ fields }) => fields)).toEqual(Array(3).fill({ tools: TOOLS }));
  });

  test('stand for an answer that failed where tools are called or answer, so that none is without the other', async () => {
    const skip: ScenarioInput = { failure: { policy: 'skip' } };
    const fail: Script = { fail: { status: 'http', message: 'no' } };
    const first = await played(skip, (turn) => (turn === 0 ? fail : {}));
    expect(first.said[1]).toHaveLength(4);
    expect(first.transport.sent[1]!.messages[2]).toBe(CALL);
    const second = await played(skip, (turn) => (turn === 1 ? fail : {}));
    expect(second.said[2]!.map((text) => text.split(':')[0])).toEqual([
      ...['system', 'user', 'assistant', 'tool', 'assistant', 'user'],
    ]);
  });
});

test('what is played again with a marker has it where each prompt begins, also one sent alone', async () => {
  const whole = (text: string): TraceEntry => ({
    session: 's',
    isCumulative: true,
    messages: [new Message('system', text), new Message('user', 'and?')],
  });
  const input = inputOf();
  const workload = await workloadOf(input, [whole('one'), whole('one two')]);
  const scenario = parseScenario(input);
  const { workload: marked } = isolated({ scenario, workload }, { how: 'marker', mark: 'part 2' });
  const { transport } = playVirtual(input, undefined, { workload: marked });
  expect(transport.sent.map(({ messages }) => messages.map(({ text }) => text))).toEqual([
    ['[part 2]\none', 'and?'],
    ['[part 2]\none two', 'and?'],
  ]);
});

test('what the trace lacks for what is asked of it is said', async () => {
  const bare: TraceEntry[] = [{ session: 's', messages: [new Message('user', 'hi')] }];
  await expect(
    workloadOf(inputOf({ conversation: { history: 'recorded' } }), bare),
  ).rejects.toThrow(/history: found 'recorded', and no request has its answer/);
  await expect(workloadOf(inputOf({ pacing: { mode: 'trace' } }))).rejects.toThrow(
    /pacing\.mode: found 'trace', and request 1 has no time/,
  );
  await expect(
    workloadOf({ ...inputOf(), population: { arrivals: { process: 'trace' } } }),
  ).rejects.toThrow(/where not every conversation has a time; expected another process/);
  const some = [...ENTRIES.slice(0, 2), { ...ENTRIES[2]!, thinkMs: 5 }];
  const { notes, conversation } = await workloadOf(inputOf({ pacing: { mode: 'recorded' } }), some);
  expect(notes).toContain('pauses: 1 of 2 are not in the trace; pacing.pauseSec is in their place');
  expect(conversation(1).turns.map(({ pauseMs }) => pauseMs)).toEqual([0, 1000, 5]);
});
