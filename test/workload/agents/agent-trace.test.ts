import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readAgentTrace } from '../../../src/workload/agents/agent-trace.ts';
import { agentWorkload } from '../../../src/workload/agents/agents.ts';
import type { Corpus } from '../../../src/workload/text/corpus.ts';
import { freshFolder } from '../../support/folders.ts';

const FIRST =
  '{"round_id": 0, "agent_id": [0, 1], "output_tokens": [5, 6], "input_from": [[], []]}';

function traceOf(...lines: string[]) {
  const file = join(freshFolder(), 'trace.jsonl');
  writeFileSync(file, `${lines.join('\n')}\n`);
  return readAgentTrace(file);
}

function second(fields: object): string {
  const round = { round_id: 1, agent_id: [2], output_tokens: [7], input_from: [[]] };
  return JSON.stringify({ ...round, ...fields });
}

test('rounds, agents and what they are shown; empty lines are no rounds', () => {
  const { rounds } = traceOf(
    FIRST,
    '',
    second({
      input_from: [
        [
          [0, 1, 'both'],
          [0, 0, 'input'],
        ],
      ],
    }),
  );
  expect(rounds).toEqual([
    [
      { agent: 0, outputTokens: 5, inputFrom: [] },
      { agent: 1, outputTokens: 6, inputFrom: [] },
    ],
    [
      {
        agent: 2,
        outputTokens: 7,
        inputFrom: [
          { round: 0, agent: 1, part: 'both' },
          { round: 0, agent: 0, part: 'input' },
        ],
      },
    ],
  ]);
});

test.each<[string, string, RegExp]>([
  ['not JSON', '{"round_id": 1', /line 2: found {"round_id": 1, which breaks off; expected JSON/],
  ['a list', '[1]', /line 2: found \[1\]; expected a JSON object/],
  ['another round_id', second({ round_id: 7 }), /line 2: round_id: found 7; expected 1/],
  ['no agents', second({ agent_id: [] }), /line 2: agent_id: found \[\]; expected a list/],
  ['a named agent', second({ agent_id: ['a'] }), /agent_id\[0\]: found "a"; expected a whole/],
  [
    'an agent twice',
    second({ agent_id: [2, 2], output_tokens: [1, 1], input_from: [[], []] }),
    /agent_id\[1\]: found 2 again; expected an agent once a round/,
  ],
  ['too few outputs', second({ output_tokens: [] }), /output_tokens: found \[\]; expected a list/],
  [
    'too many outputs',
    second({ output_tokens: [1, 2] }),
    /output_tokens: found 2 elements; expected 1, one for each agent_id/,
  ],
  ['no tokens', second({ output_tokens: [0] }), /output_tokens\[0\]: found 0; expected a whole/],
  ['no inputs', second({ input_from: undefined }), /input_from: missing; expected a list/],
  [
    'another part',
    second({ input_from: [[[0, 0, 'all']]] }),
    /input_from\[0\]\[0\]: found \[0,0,"all"\]; expected \[round, agent, "input"/,
  ],
  [
    'its own round',
    second({ input_from: [[[1, 2, 'input']]] }),
    /input_from\[0\]\[0\]: found round 1; expected one before this round, 1/,
  ],
  [
    'an agent that was not asked',
    second({
      input_from: [
        [
          [0, 0, 'both'],
          [0, 9, 'output'],
        ],
      ],
    }),
    /input_from\[0\]\[1\]: found agent 9; expected one of round 0: 0, 1/,
  ],
])('refused, by file, line and field: %s', (_, line, message) => {
  expect(() => traceOf(FIRST, line)).toThrow(message);
  expect(() => traceOf(FIRST, line)).toThrow(/trace\.jsonl: 1 problem\n/);
});

test('a file without rounds, and one that is not there', () => {
  expect(() => traceOf('')).toThrow(/found no round/);
  expect(() => readAgentTrace('/nowhere.jsonl')).toThrow(
    /cannot read agent trace \/nowhere\.jsonl/,
  );
});

test('every prompt begins with a word of its own, the same for the same seed', () => {
  const words = Array.from({ length: 50 }, (_, index) => `w${index}`);
  const corpus: Corpus = {
    digest: 'd',
    tokens: 50,
    leadWords: words,
    notes: [],
    cut: (_rng, tokens, lead = []) => lead.slice(0, tokens).join(' '),
    read: () => expect.unreachable(),
  };
  const make = () => {
    const trace = traceOf(FIRST, second({}));
    const options = { seed: 1, corpus, promptTokens: 4, intervalMs: 0, firstUserId: 1 };
    const workload = agentWorkload([trace, trace, trace], options);
    return [1, 2, 3].flatMap((id) =>
      workload.user(id).rounds.flatMap((round) => round.map(({ turn }) => turn.message.text)),
    );
  };
  const texts = make();
  expect(texts).toHaveLength(9);
  expect(new Set(texts.map((text) => text.split(' ')[0])).size).toBe(9);
  expect(make()).toEqual(texts);
});
