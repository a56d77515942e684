import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { confab, start } from '../support/confab.ts';
import { freshFolder } from '../support/folders.ts';
import { startLoggingServer } from '../support/logging-server.ts';

const QUERIES = Array.from({ length: 9 }, (_, index) => `what is ${index}?`);

// A process of its own, as there is no other way to be killed.
test('a query that was under way when its process was killed is not sent twice, unless that is asked for', async () => {
  let isSilent = true;
  const server = await startLoggingServer({
    reply: ({ index }) => (isSilent && index >= 4 ? { kind: 'silence' } : { tokens: 2 }),
  });
  const cwd = freshFolder();
  writeFileSync(join(cwd, 'queries.json'), JSON.stringify(QUERIES));
  const create = (...flags: string[]) => [
    ...['oracle', 'create', 'queries.json', '--model', 'm', '--url', server.url],
    ...['--output', 'set.json', '--batch-size', '2', ...flags],
  ];
  const asked = () => server.requests.map(({ body }) => body.prompt as string);
  const killed = start(create(), { cwd });
  try {
    // Four have their answers, two wait for them.
    await Promise.race([server.arrived(6), killed.ended]);
    killed.process.kill('SIGKILL');
    await killed.ended;
    isSilent = false;
    const resumed = await confab(create(), { cwd });
    expect([resumed.code, resumed.stderr]).toEqual([
      1,
      expect.stringContaining('2 of 9 queries were under way when an earlier run was killed'),
    ]);
    expect(asked()).toHaveLength(9);
    expect(asked().sort()).toEqual(QUERIES);
    writeFileSync(join(cwd, 'kept'), readFileSync(join(cwd, 'set.json.progress')));
    const left = await confab(create('--lost', 'leave-out'), { cwd });
    expect([left.code, left.stdout]).toEqual([
      0,
      expect.stringMatching(/^set.json: 7 queries, without 2 that were lost;/),
    ]);
    expect(asked()).toHaveLength(9);
    writeFileSync(join(cwd, 'all.json.progress'), readFileSync(join(cwd, 'kept')));
    const again = await confab(create('--output', 'all.json', '--lost', 'resend'), { cwd });
    expect([again.code, again.stdout]).toEqual([0, expect.stringMatching(/^all.json: 9 queries;/)]);
    expect(asked()).toHaveLength(11);
    const rows: { input: string }[] = JSON.parse(readFileSync(join(cwd, 'all.json'), 'utf8'));
    expect(rows.map(({ input }) => input)).toEqual(QUERIES);
  } finally {
    killed.process.kill('SIGKILL');
    await server.close();
  }
});
