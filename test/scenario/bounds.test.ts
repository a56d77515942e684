import { describe, expect, test } from 'vitest';
import { RECORD_FIELDS } from '../../src/record/journal-fields.ts';
import { MOST } from '../../src/scenario/bounds.ts';
import { parseScenario, scenarioJsonSchema } from '../../src/scenario/load.ts';

interface Schema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly items?: Schema;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
}

const DOCUMENT = scenarioJsonSchema() as Schema;

/** Every number of the schema, with the path that leads to it. */
function numbersIn(node: Schema, path = ''): [path: string, node: Schema][] {
  const named = node.$ref ? DOCUMENT.$defs![node.$ref.split('/').at(-1)!]! : node;
  const types = [named.type].flat();
  return [
    ...(types.some((type) => type === 'number' || type === 'integer')
      ? [[path, named] as [string, Schema]]
      : []),
    ...Object.entries(named.properties ?? {}).flatMap(([name, inner]) =>
      numbersIn(inner, path ? `${path}.${name}` : name),
    ),
    ...[...(named.anyOf ?? []), ...(named.oneOf ?? [])].flatMap((one) => numbersIn(one, path)),
    ...(named.items ? numbersIn(named.items, `${path}[]`) : []),
  ];
}

/** What costs nothing here: it is compared with, or sent. */
const COSTS_NOTHING = /^thresholds\.|^slo\.|^sampling\.(temperature|topP|seed)$/;

const NUMBERS = numbersIn(DOCUMENT).filter(([path]) => !COSTS_NOTHING.test(path));

test('a turn that is due several of the longest pauses from now can be read back from its journal', () => {
  expect(RECORD_FIELDS.intendedMs.accepts(8 * MOST.seconds * 1000)).toBe(true);
});

test('there are numbers to check', () => {
  expect(NUMBERS.length).toBeGreaterThan(150);
});

test.each(NUMBERS)('%s has a least and a most', (_, { minimum, exclusiveMinimum, maximum }) => {
  expect(minimum ?? exclusiveMinimum).toBeGreaterThanOrEqual(-Number.MAX_SAFE_INTEGER);
  expect(maximum).toBeLessThanOrEqual(Number.MAX_SAFE_INTEGER);
});

describe('what nobody can have meant is refused, and named', () => {
  test.each<[object, string]>([
    [{ conversation: { rounds: 0 } }, 'conversation.rounds: found 0'],
    [
      { conversation: { rounds: { distribution: 'constant', value: 0 } } },
      'conversation.rounds.value: found 0',
    ],
    [
      { conversation: { rounds: { distribution: 'uniform', min: 0, max: 0 } } },
      'conversation.rounds.max: found 0',
    ],
    [{ conversation: { rounds: 1e9 } }, 'conversation.rounds: found 1000000000'],
    [{ conversation: { question: { tokens: 1e12 } } }, 'conversation.question.tokens: found'],
    [{ conversation: { question: { tokens: 0 } } }, 'conversation.question.tokens: found 0'],
    [{ conversation: { systemPrompt: { tokens: 1e15 } } }, 'systemPrompt.tokens: found'],
    [{ population: { firstUserId: 2 ** 53 } }, 'population.firstUserId: found 9007199254740992'],
    [{ population: { users: 1e15 } }, 'population.users: found'],
    [
      { population: { users: 1e8, arrivals: { process: 'allAtOnce' } } },
      'population.users: found 100000000; expected at most 250000 with process: allAtOnce',
    ],
    [
      { population: { arrivals: { process: 'closed', concurrency: 1e8 } } },
      'population.arrivals.concurrency: found 100000000',
    ],
    [{ seed: 2 ** 53 }, 'seed: found 9007199254740992'],
    [{ pacing: { pauseSec: 1e300 } }, 'pacing.pauseSec: found 1e+300'],
    [{ output: { logIntervalSec: 1e-9 } }, 'output.logIntervalSec: found 1e-9'],
    [{ engine: { blocks: 1e12 } }, 'engine.blocks: found'],
    [{ engine: { replicas: { count: 1e6 } } }, 'engine.replicas.count: found'],
    [{ warmup: { requests: 1e9 } }, 'warmup.requests: found'],
  ])('%j', (input, problem) => {
    expect(() => parseScenario(input)).toThrow(problem);
  });
});
