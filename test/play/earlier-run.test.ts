import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { earlierRun } from '../../src/play/earlier-run.ts';
import { markOfPart } from '../../src/run/isolation.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import type { ScenarioInput } from '../../src/scenario/schema.ts';
import { marked } from '../../src/workload/marked.ts';
import { freshFolder } from '../support/folders.ts';
import { smallWorkload } from '../support/small-workload.ts';

/** Begins a run at this second, as remembered in a file. */
function begun(file: string, sec: number, input: ScenarioInput = {}, mark?: string) {
  const scenario = parseScenario({
    target: { url: 'http://a.example' },
    population: { users: 3 },
    conversation: { rounds: 2 },
    ...input,
  });
  const workload = smallWorkload(scenario);
  return earlierRun(file, {
    dir: `/runs/at-${sec}`,
    epochMs: sec * 1000,
    scenario,
    workload: mark === undefined ? workload : marked(workload, () => mark),
  });
}

test('the last run against the same server is named that began with the same prompts', () => {
  const file = join(freshFolder(), 'state/recent.json');
  expect(begun(file, 1)).toBeUndefined();
  expect(begun(file, 2, { target: { url: 'http://b.example' } })).toBeUndefined();
  expect(begun(file, 5)).toMatchObject({
    dir: '/runs/at-1',
    agoMs: 4000,
    prompts: 3,
    ofPrompts: 3,
  });
  expect(begun(file, 6, { population: { users: 5 } })).toMatchObject({
    dir: '/runs/at-5',
    prompts: 3,
    ofPrompts: 5,
  });
});

test('under another salt, or behind a marker, nothing is the same', () => {
  const file = join(freshFolder(), 'recent.json');
  begun(file, 1);
  expect(begun(file, 2, { sampling: { cacheSalt: 'mine' } })).toBeUndefined();
  expect(begun(file, 3, {}, markOfPart(0))).toBeUndefined();
  expect(begun(file, 4, { sampling: { cacheSalt: 'mine' } })).toMatchObject({ dir: '/runs/at-2' });
});

test('the last hundred are remembered; a file that is broken, or cannot be, is none', () => {
  const file = join(freshFolder(), 'recent.json');
  for (let sec = 0; sec < 105; sec++) begun(file, sec);
  expect(JSON.parse(readFileSync(file, 'utf8')).runs).toHaveLength(100);
  writeFileSync(file, '{"runs": [{"url": 1}, 2');
  expect(begun(file, 200)).toBeUndefined();
  expect(begun(file, 201)).toMatchObject({ dir: '/runs/at-200' });
  expect(begun('/proc/1/nowhere/recent.json', 1)).toBeUndefined();
});
