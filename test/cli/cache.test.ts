import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { confab } from '../support/confab.ts';
import { freshFolder } from '../support/folders.ts';

const SCENARIO = `
name: pressed
target: { url: embedded }
conversation:
  systemPrompt: { tokens: 100 }
  userHistory: { tokens: 800 }
  rounds: 4
  answer: { tokens: 20, force: true }
pacing: { mode: think, pauseSec: { distribution: lognormal, mean: 10, cv: 2 } }
population: { arrivals: { process: poisson, usersPerSec: 0.5 }, users: 30 }
engine: { gpu: h100, blocks: 701 }
`;

describe('confab cache', () => {
  const cwd = freshFolder();
  let run: string;

  beforeAll(async () => {
    writeFileSync(join(cwd, 'pressed.yaml'), SCENARIO);
    const { code } = await confab(['simulate', 'pressed.yaml', '--output-dir', 'runs'], { cwd });
    expect(code).toBe(0);
    run = join('runs', readdirSync(join(cwd, 'runs'))[0]!);
  });

  test('capacity says how large the cache is, beside what the page of the server says', async () => {
    const { code, stdout } = await confab(
      ['cache', 'capacity', run, '--bytes-per-token', '131072', '--figure', 'it.svg'],
      { cwd },
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}capacity +\d+ blocks \(\d+ tokens, 1\.4\d+ GB\)/m);
    expect(stdout).toMatch(/num_gpu_blocks\s+701/);
    expect(stdout.split('\n').every((line) => line.length <= 80)).toBe(true);
    expect(readFileSync(join(cwd, 'it.svg'), 'utf8')).toContain(
      'Requests that contradict a capacity',
    );
  });

  test('capacity has its numbers as JSON', async () => {
    const { stdout } = await confab(['cache', 'capacity', run, '--json', '-'], { cwd });
    const { format, gpu, advertised, byCapacity } = JSON.parse(stdout);
    expect(format).toBe('confab-cache-capacity');
    expect(Math.abs(gpu.blocks / 700 - 1)).toBeLessThan(0.05);
    expect(gpu.low).toBeLessThanOrEqual(700);
    expect(gpu.high).toBeGreaterThanOrEqual(700);
    expect(advertised.blocks).toBe(700);
    expect(byCapacity.length).toBeGreaterThan(5);
  });

  test('survival has its bins as text, as JSON and as a figure', async () => {
    const args = ['cache', 'survival', run, '--ttl', '10s', '--figure', 'gone.svg'];
    const { stdout } = await confab([...args, '--json', 'gone.json'], { cwd });
    expect(stdout).toMatch(/^ {2}10 to 20 +\d+ +[\d.]+ % .* 0\.0 %$/m);
    expect(JSON.parse(readFileSync(join(cwd, 'gone.json'), 'utf8')).ttlMs).toBe(10_000);
    expect(readFileSync(join(cwd, 'gone.svg'), 'utf8')).toContain('Survival by idle gap');
  });

  test.each([
    [['capacity', 'nowhere'], 'cannot read run folder nowhere'],
    [['capacity', 'no.csv', '--scenario', 'pressed.yaml'], 'cannot read run folder no.csv'],
    [['capacity', 'empty'], 'found no journal.ndjson in it'],
    [['survival', 'empty'], 'found no journal.ndjson in it'],
    [
      ['capacity', 'empty', '--scenario', 'pressed.yaml'],
      'found --scenario and the run folder empty',
    ],
    [['capacity', 'empty', '--bytes-per-token', '0'], "Found '0'"],
    [
      ['capacity', 'empty', '--bytes-per-token', '9', '--model-config', 'x'],
      'found --bytes-per-token and --model-config; expected one of them',
    ],
    [['capacity', 'empty', '--figure', 'it.gif'], 'found a name that ends in .gif'],
    [['capacity', 'pressed.yaml'], 'expected a CSV whose first line is round,share'],
  ])('%j is refused: %s', async (args, problem) => {
    mkdirSync(join(cwd, 'empty'), { recursive: true });
    const { code, stderr } = await confab(['cache', ...args], { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain(problem);
  });
});
