import { describe, expect, test } from 'vitest';
import { mutantsOf, SWITCH, withSwitches } from './mutants.ts';

/** Each mutant as it changes the source. */
function changed(source: string): string[] {
  return mutantsOf(source).map(
    ({ start, end, replacement }) => source.slice(0, start) + replacement + source.slice(end),
  );
}

test.each([
  ['a < b', ['a <= b', 'a > b']],
  ['a === b', ['a !== b']],
  ['a + b', ['a - b']],
  ['(a + b) * c', ['(a + b) / c', '(a - b) * c']],
  ['`a` + b', []],
  ['a && b', ['a || b']],
  ['a ?? b', ['b']],
  ['!a', ['a']],
  ['i++', ['i--']],
  ['a += b', ['a -= b']],
  ['7', ['(7 + 1)']],
  ['true', ['false']],
  ["f('word')", ["f('')"]],
  ["f('a sentence')", []],
  ['Math.max(a, b)', ['Math.min(a, b)']],
  ['list.some(f)', ['list.every(f)']],
  ['a?.list.some(f)', []],
  ['a ? b : c', ['true ? b : c', 'false ? b : c']],
  ['{ 1: a, b: c }.b as 2', []],
])('%s becomes %j', (expression, expected) => {
  const source = `const x = ${expression};`;
  expect(changed(source)).toEqual(expected.map((other) => `const x = ${other};`));
});

test.each([
  ['if (a < 1) return;', ['if (true) return;', 'if (false) return;', 'if (a <= 1) return;']],
  ['f();', [';']],
  ['throw e;', [';']],
  ['return a;', []],
])('of the statement %s', (statement, expected) => {
  const source = (inner: string) => `function g() { ${inner} }`;
  const found = changed(source(statement));
  expect(found).toEqual(expect.arrayContaining(expected.map(source)));
  if (expected.length === 0) expect(found).toEqual([]);
});

describe('a module with switches', () => {
  const SOURCE = `
    const said = [];
    const least = (a, b) => (a < b ? a : b);
    if (least(2, 1) === 1) said.push('one');
    for (const n of [1, 2, 3]) { if (n === 2) continue; said.push(n * 10); }
    said.push(least(3, 3 + 1));
    return said;`;
  const mutants = mutantsOf(`function f() {${SOURCE}}`).map(({ start, end, ...rest }) => ({
    ...rest,
    ...{ start: start - 14, end: end - 14 },
  }));
  const run = (source: string, isMutant = (_id: number): boolean => false): unknown =>
    new Function(SWITCH, source)(isMutant);

  test('does what it did while none is on', () => {
    expect(run(withSwitches(SOURCE, mutants, 5))).toEqual(run(SOURCE));
  });

  test('does with one of them what the changed source does', () => {
    const whole = withSwitches(SOURCE, mutants, 5);
    const results = mutants.map(({ start, end, replacement }, i) => {
      const source = SOURCE.slice(0, start) + replacement + SOURCE.slice(end);
      const expected = run(source);
      expect(run(whole, (id) => id === 5 + i)).toEqual(expected);
      return JSON.stringify(expected);
    });
    expect(new Set(results).size).toBeGreaterThan(8);
  });
});
