import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeProblem, OLDEST_NODE } from '../../src/base/node-version.ts';
import { ROOT } from '../support/folders.ts';

test.each(['18.20.8', '20.18.0', '20.9.9', '12.22.12'])('Node %s is too old', (found) => {
  expect(nodeProblem(found)).toBe(`confab needs Node.js 20.18.1 or newer; found ${found}`);
});

test.each(['20.18.1', '20.19.0', '22.0.0', '24.21.0', '26.0.0-nightly2026', process.versions.node])(
  'Node %s is new enough',
  (found) => {
    expect(nodeProblem(found)).toBeUndefined();
  },
);

test('package.json asks for the same', () => {
  const { engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  expect(engines.node).toBe(`>=${OLDEST_NODE}`);
});

test('what is read before the version is known has no word that an old Node does not know', () => {
  for (const path of ['src/main.ts', 'src/base/node-version.ts']) {
    expect(readFileSync(join(ROOT, path), 'utf8')).not.toMatch(/\?\?|\?\.|^ *await /m);
  }
});
