import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { UsageError } from '../../src/base/errors.ts';
import { figuresJson } from '../../src/export/figures-json.ts';
import { summaryJson } from '../../src/export/summary-json.ts';
import { rounded } from '../../src/record/journal.ts';
import { FOOTER_FIELDS, HEADER_FIELDS, RECORD_FIELDS } from '../../src/record/journal-fields.ts';
import { readRun } from '../../src/record/run-folder.ts';
import { summarise } from '../../src/report/run-summary.ts';
import { reportText } from '../../src/report/text.ts';
import { footer, header, sampleRecords, turnRecord } from './sample.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'confab-fuzz-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** Of each kind; of what CI has no time for, as many as one likes: FUZZ_RUNS=5000. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 50);

/** A record with every field that there is. */
const FULL = {
  ...turnRecord({ userId: 99, turns: 2 }),
  agent: { id: 3, place: 1 },
  reason: 'slow',
  httpStatus: 200,
  firstAttemptMs: 10,
  externalCachedTokens: 16,
  storageCachedTokens: 8,
  engineQueueMs: 1,
  enginePrefillMs: 2,
  reasoningTokens: 1,
  maxTokens: 100,
  messagesSent: 2,
  messageTokens: 30,
  firstChunkTokens: 1,
};

const LINES: readonly object[] = [
  header(),
  FULL,
  ...sampleRecords({ users: 6, rounds: 3 }).map(rounded),
  footer(),
];

/** As JSON, so that what no value can be (1e999, NaN, a cut text) is among them. */
const ODD_VALUES = [
  ...['null', 'true', '-1', '0', '1', '1.5', '-0.5', '1e999', '-1e999', '1e308', '1e15', '1e12'],
  ...['9007199254740993', 'NaN', '""', '"x"', '"12"', '"\\u001b[2J"', '[]', '[null]', '[1,"2"]'],
  ...['{}', '{"a":1}', '[1e999]', '[-1]', '"', '[', '{'],
];

type Path = readonly string[];

function pathsOf(value: unknown): Path[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    [key],
    ...pathsOf(inner).map((path) => [key, ...path]),
  ]);
}

/** The line with this JSON at the path; undefined takes the field away. */
function mutated(line: object, path: Path, json: string | undefined): string {
  const copy = structuredClone(line) as Record<string, unknown>;
  const parent = path.slice(0, -1).reduce((at, key) => at[key] as typeof copy, copy);
  if (json === undefined) delete parent[path.at(-1)!];
  else parent[path.at(-1)!] = '@@';
  return JSON.stringify(copy).replace('"@@"', () => json ?? '');
}

const aField = fc
  .nat(LINES.length - 1)
  .chain((index) => fc.tuple(fc.constant(index), fc.constantFrom(...pathsOf(LINES[index]))));

const oneField = fc
  .tuple(aField, fc.constantFrom(undefined, ...ODD_VALUES))
  .map(([[index, path], json]) =>
    LINES.map((line, at) => (at === index ? mutated(line, path, json) : JSON.stringify(line))),
  )
  .map((lines) => Buffer.from(`${lines.join('\n')}\n`));

const whole = Buffer.from(`${LINES.map((line) => JSON.stringify(line)).join('\n')}\n`);

const bytes = fc
  .array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 5 })
  .map((changes) => {
    const copy = Buffer.from(whole);
    for (const [at, byte] of changes) copy[at] = byte;
    return copy;
  });

const cut = fc
  .tuple(fc.nat(whole.length), fc.nat(whole.length))
  .map(([a, b]) =>
    Buffer.concat([whole.subarray(0, Math.min(a, b)), whole.subarray(Math.max(a, b))]),
  );

/** The report of a journal with these bytes, or why there is none. */
function outcomeOf(journal: Buffer): string {
  const path = join(dir, 'journal.ndjson');
  writeFileSync(path, journal);
  try {
    const run = readRun(dir);
    const summary = summarise(run);
    expect(() => JSON.parse(figuresJson(run, summary))).not.toThrow();
    return `${reportText(summary)}\n${summaryJson(summary)}`;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    expect(error.message).toContain(path);
    expect(error.message).toMatch(/: line \d+|no whole header line/);
    return error.message;
  }
}

const NO_NUMBER = /\bNaN\b|Infinity|undefined/;

test.each([
  ['any field with any value, or missing', oneField],
  ['any byte with any other', bytes],
  ['any stretch cut out', cut],
])('a journal with %s is reported on, or refused with file and line; never NaN', (_, journals) => {
  fc.assert(
    fc.property(journals, (journal) => {
      const outcome = outcomeOf(journal);
      if (!/^.*found (NaN|-?Infinity)/m.test(outcome)) expect(outcome).not.toMatch(NO_NUMBER);
    }),
    { numRuns: RUNS, seed: 7 },
  );
});

test('every field of every kind of line is refused or left out, and named, when it holds an object', () => {
  const tables = [
    [0, HEADER_FIELDS],
    [1, RECORD_FIELDS],
    [LINES.length - 1, FOOTER_FIELDS],
  ] as const;
  for (const [index, fields] of tables) {
    for (const name of Object.keys(fields)) {
      const lines = LINES.map((line, at) =>
        JSON.stringify(at === index ? { ...line, [name]: { odd: {} } } : line),
      );
      const outcome = outcomeOf(Buffer.from(`${lines.join('\n')}\n`)).replaceAll(/\s+/g, ' ');
      expect(outcome).toContain(`line ${index + 1}: `);
      expect(outcome).toMatch(new RegExp(`\\b${name}\\b`));
    }
  }
});

test('times that go back are left out, and said', () => {
  const lines = [header(), turnRecord({ endMs: 900 }), footer()].map((line) =>
    JSON.stringify(line),
  );
  writeFileSync(join(dir, 'journal.ndjson'), `${lines.join('\n')}\n`);
  const { parts, warnings } = readRun(dir);
  expect(parts[0]!.records[0]!.endMs).toBeUndefined();
  expect(warnings).toEqual([
    expect.stringContaining(
      'journal.ndjson: line 2: endMs is left out: found 900; expected no less than lastTokenMs, which is 1191',
    ),
  ]);
});

test('what an engine cannot have said is left out of its record, and said once with its number', () => {
  const told = { inputTokens: 1e308, cachedTokens: -1, engineQueueMs: 1e300 };
  const lines = [header(), turnRecord(told), turnRecord({ ...told, turns: 2, turn: 1 }), footer()];
  writeFileSync(
    join(dir, 'journal.ndjson'),
    lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
  );
  const { warnings } = readRun(dir);
  expect(warnings.map((line) => line.replace(/^.*ndjson: /, ''))).toEqual([
    'line 2: inputTokens is left out: found 1e+308; expected a whole number >= 0, and in 1 more lines',
    'line 2: cachedTokens is left out: found -1; expected a whole number >= 0, and in 1 more lines',
    'line 2: engineQueueMs is left out: found 1e+300; expected milliseconds >= 0, and in 1 more lines',
  ]);
});

test('a journal that says that it is another part than its name is refused', () => {
  writeFileSync(join(dir, 'journal-2.ndjson'), `${JSON.stringify(header({ part: 0 }))}\n`);
  expect(() => readRun(dir)).toThrow(
    'journal-2.ndjson: line 1: part: found 0; expected 1, as the file is named',
  );
});

test('a scenario that no version can have written is said, and the rest is reported on', () => {
  const odd = { ...header(), scenario: { conversation: { rounds: 'many' } } };
  writeFileSync(join(dir, 'journal.ndjson'), `${JSON.stringify(odd)}\n`);
  expect(readRun(dir).warnings).toEqual([
    expect.stringContaining(
      'line 1: what its scenario says is left out: conversation.rounds: found "many"',
    ),
  ]);
});
