import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { clientNeeds } from '../../src/play/client-needs.ts';
import { LAUNCHERS } from '../../src/ranks/launchers.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import { ROOT } from '../support/folders.ts';

const text = readFileSync(join(ROOT, 'src/ranks/README.md'), 'utf8');

const CONVERSATIONS = 1_000_000;
/** As the text above the table says: of the bench, beside the text; in flight; and what a process has open besides. */
const BYTES_BESIDES = 1000 * Number(/^\| memory +\| (\S+) KB/m.exec(text)?.[1]);
const IN_FLIGHT_SHARE = 0.1;
/** Of as many the client says what one takes. */
const SLOTS = 1000;
const FILES_BESIDES = Number(/in flight, and (\d+) for the process/.exec(text)?.[1]);

function rounded(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

test('the paper for a million users is what the client reckons that it needs', () => {
  const rows = [...text.matchAll(/^\| (\d+) on (\d+) +\|(.*)\|$/gm)];
  expect(rows).toHaveLength(5);
  for (const [, ranks, machines, cells] of rows) {
    const of = Number(ranks);
    const scenario = parseScenario({
      conversation: { rounds: 1, question: { tokens: 1000 }, answer: { tokens: 1000 } },
      population: {
        arrivals: { process: 'closed', concurrency: SLOTS },
        users: SLOTS,
      },
    });
    const { textBytes } = clientNeeds(scenario, {
      conversations: undefined,
      arrivalsMs: undefined,
    });
    const live = Math.ceil(CONVERSATIONS / of);
    const inFlight = Math.ceil(live * IN_FLIGHT_SHARE);
    expect(cells!.split('|').map((cell) => cell.trim())).toEqual([
      rounded(live),
      `${((live * (BYTES_BESIDES + textBytes! / SLOTS)) / 1e9).toFixed(1)} GB`,
      rounded(inFlight + FILES_BESIDES),
      rounded((CONVERSATIONS * IN_FLIGHT_SHARE) / Number(machines)),
    ]);
  }
});

test('the page has every launcher with its variables, and where these are told', () => {
  for (const { name, rank, size, docs } of LAUNCHERS) {
    expect(text).toMatch(new RegExp(`\\| \`${rank}\` +\\| \`${size}\``));
    expect(text).toContain(`- [${name}](${docs})`);
  }
});
