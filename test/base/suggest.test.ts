import { expect, test } from 'vitest';
import { didYouMean, nearest } from '../../src/base/suggest.ts';

const KNOWN = ['users', 'usersPerSec', 'seed', 'rounds', 'x'];

test.each<[string, string[]]>([
  ['user', ['users']],
  ['Users', ['users']],
  ['users_per_sec', ['usersPerSec']],
  ['sede', []],
  ['seeds', ['seed']],
  ['ronuds', ['rounds']],
  ['y', []],
  ['something', []],
])('%s: %j', (word, meant) => {
  expect(nearest(word, KNOWN)).toEqual(meant);
});

test('several that are as near are all named, up to three', () => {
  expect(nearest('cat', ['bat', 'hat', 'dog'])).toEqual(['bat', 'hat']);
  expect(didYouMean(['bat'])).toBe(' (did you mean bat?)');
  expect(didYouMean(['bat', 'hat', 'rat', 'mat'])).toBe(' (did you mean bat, hat or rat?)');
  expect(didYouMean([])).toBe('');
});
