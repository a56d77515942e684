import { expect, test } from 'vitest';
import {
  atLeast,
  bool,
  float,
  int,
  type Kind,
  list,
  oneOf,
  text,
} from '../../../../src/engine/http/fields/kinds.ts';
import { validated } from '../../../../src/engine/http/fields/validation.ts';

// As pydantic reads them outside its strict mode.
test.each<[string, Kind<unknown>, unknown, unknown]>([
  ['int', int, '5', 5],
  ['int', int, 5, 5],
  ['int', int, true, 1],
  ['int', int, '1_000', 1000],
  ['float', float, '2.5', 2.5],
  ['float', float, 3, 3],
  ['bool', bool, 'yes', true],
  ['bool', bool, 0, false],
  ['str or list', oneOf(text, list(text)), ['a'], ['a']],
])('%s reads %j', (_, kind, input, value) => {
  expect(validated(kind, input)).toEqual({ value });
});

test.each<[string, Kind<unknown>, unknown, readonly string[]]>([
  ['int', int, 1.5, ['int_from_float']],
  ['int', int, 'x', ['int_parsing']],
  ['int', int, [], ['int_type']],
  ['float', float, 'x', ['float_parsing']],
  ['bool', bool, 2, ['bool_parsing']],
  ['bool', bool, {}, ['bool_type']],
  ['str', text, 5, ['string_type']],
  ['str or list', oneOf(text, list(text)), 5, ['string_type', 'list_type']],
  ['not negative', atLeast(0, int), -1, ['greater_than_equal']],
])('%s refuses %j', (_, kind, input, types) => {
  const found = validated(kind, input);
  const message = 'error' in found ? found.error.message : '';
  expect([...message.matchAll(/'type': '(\w+)'/g)].map(([, type]) => type)).toEqual(types);
});

test('no more than ten problems are told, and long values are cut', () => {
  const found = validated(
    list(text),
    Array.from({ length: 12 }, (_, i) => i),
  );
  const { message } = (found as { error: { message: string } }).error;
  expect(message.split('\n')).toHaveLength(12);
  expect(message).toMatch(/^12 validation errors:.*\n {2}\.\.\.and 2 more errors$/s);
  const long = validated(int, 'x'.repeat(300)) as { error: { message: string } };
  expect(long.error.message).toContain(`'${'x'.repeat(200)}...[truncated]'`);
});
