import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { journalOf, runFolder, type Started, start } from '../support/confab.ts';
import { freshFolder } from '../support/folders.ts';
import { quietest, riseOf, type Sample, watched } from './proc.ts';

/** Shorter ones are for work on this file, and prove nothing. */
const SOAK_SEC = Number(process.env['SOAK_SEC'] ?? 600);
const ROUNDS = 5;
/** Some 16 requests a second. */
const USERS_PER_SEC = 3.2;
/** What the most memory of the second half may be above that of the first: a heap goes up and down in between. */
const MEMORY_MB_MAX = { client: 4, engine: 12 };
/** What descriptors may rise by in the second half, along a straight line. */
const DESCRIPTORS_MAX = 2;

const LOAD = [
  'name=soak',
  `conversation={systemPrompt: {tokens: 200}, userHistory: {tokens: 300}, question: {tokens: 30}, answer: {tokens: 20, force: true}, rounds: ${ROUNDS}}`,
  'pacing={pauseSec: {distribution: lognormal, mean: 1, cv: 0.5}}',
  `population.arrivals={process: poisson, usersPerSec: ${USERS_PER_SEC}}`,
  'output={logIntervalSec: 60, metricsEverySec: 10}',
].flatMap((set) => ['--set', set]);

test(`${SOAK_SEC} s of requests over HTTP leave memory and descriptors flat, and every plan recorded`, async () => {
  const limitMs = (SOAK_SEC + 300) * 1000;
  // Few blocks, so that its cache is full soon, and evicts from then on.
  const engine = start(['engine', '--port', '0', '--gpu', 'h100', '--blocks', '3000'], { limitMs });
  try {
    const cwd = freshFolder();
    const url = await urlOf(engine);
    const args = ['run', '/dev/null', '--url', url, '--time', String(SOAK_SEC), ...LOAD];
    const run = start(args, { cwd, limitMs });
    const client = watched(run.process.pid!);
    const server = watched(engine.process.pid!);
    const { code, stdout, stderr } = await run.ended;
    server.stop();
    tell('client', client.samples);
    tell('engine', server.samples);
    process.stdout.write(`${stdout.split('\n').slice(0, 30).join('\n')}\n`);

    expect([code, stderr]).toEqual([0, expect.not.stringMatching(/has a bug|warning|error/)]);
    const { counts } = JSON.parse(readFileSync(join(runFolder(cwd), 'summary.json'), 'utf8'));
    const { records, footer } = journalOf(cwd);
    expect(footer).toMatchObject({ stoppedBy: 'duration' });
    expect(records).toHaveLength(counts.planned);
    expect(new Set(records.map(({ userId, turn }) => `${userId}/${turn}`)).size).toBe(
      counts.planned,
    );
    expect(counts).toMatchObject({ failed: 0, completed: counts.planned - counts.unsent });
    expect(counts.completed).toBeGreaterThanOrEqual(8000 * (SOAK_SEC / 600));
    for (const [name, { samples }] of Object.entries({ client, engine: server })) {
      // The last ones are of the report being made.
      const within = samples.filter(({ sec }) => sec < SOAK_SEC);
      const half = within.filter(({ sec }) => sec > SOAK_SEC / 2);
      const before = within.filter(({ sec }) => sec <= SOAK_SEC / 2);
      const memoryMb = mostMb(half) - mostMb(before);
      const descriptors = riseOf(quietest(half).map((one) => [one.sec, one.descriptors]));
      const text = `${memoryMb.toFixed(2)} MB, ${descriptors.toFixed(2)} descriptors`;
      process.stdout.write(`${name}: second half above the first: ${text}\n`);
      expect(memoryMb).toBeLessThan(MEMORY_MB_MAX[name as 'client' | 'engine']);
      expect(descriptors).toBeLessThan(DESCRIPTORS_MAX);
    }
  } finally {
    engine.process.kill('SIGTERM');
    await engine.ended;
  }
});

function mostMb(samples: readonly Sample[]): number {
  return Math.max(...samples.map(({ memoryMb }) => memoryMb));
}

/** Where an engine that was started on a free port says that it listens. */
async function urlOf(engine: Started): Promise<string> {
  let stdout = '';
  engine.process.stdout!.on('data', (text: string) => (stdout += text));
  await expect
    .poll(() => /http:\/\/127\.0\.0\.1:\d+/.exec(stdout)?.[0], { timeout: 60_000, interval: 20 })
    .toBeDefined();
  return /http:\/\/127\.0\.0\.1:\d+/.exec(stdout)![0];
}

function tell(name: string, samples: readonly Sample[]): void {
  const every = Math.max(1, Math.floor(samples.length / 20));
  for (const { sec, memoryMb, descriptors } of samples.filter((_, index) => index % every === 0))
    process.stdout.write(
      `${name} ${sec.toFixed(0)} s: ${memoryMb.toFixed(1)} MB, ${descriptors} descriptors\n`,
    );
}
