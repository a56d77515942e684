import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type MultiTurnFlags, multiTurnFlags } from '../../src/dialects/multi-turn/flags.ts';
import { multiTurnScenario } from '../../src/dialects/multi-turn/scenario.ts';
import { flagsOf } from '../support/flags-of.ts';
import { absent, sharedFile, titled } from '../support/needs.ts';
import { captured, captureFile, type Sent, sentBy } from '../support/upstream.ts';
import { keptDir, writeJson } from '../workload/scratch.ts';

const cacheDir = keptDir();

/** What benchmark_serving_multi_turn.py sent with these flags, and how many requests that was. */
const CAPTURES: Readonly<Record<string, readonly [line: string, requests: number]>> = {
  'mt-p1k1': ['-p 1 -k 1', 39],
  'mt-p1k3': ['-p 1 -k 3', 35],
  'mt-p1k3-random': [
    '-p 1 -k 3 --conversation-sampling random --request-rate 20 --limit-min-tokens 20 --limit-max-tokens 20',
    32,
  ],
  'mt-p1k1-sendid': ['-p 1 -k 2 --send-conversation-id --max-num-requests 12', 12],
  'mt-p2k4': ['-p 2 -k 4', 34],
  'mt-p2k4-noearly': ['-p 2 -k 4 --no-early-stop', 34],
  'mt-p2k4-warmup': ['-p 2 -k 4 --warmup-step --no-early-stop', 35],
};

const NOT_COMPARED: Readonly<Record<string, string>> = {
  'mt-p2k4-random': 'broke off after two requests, and nobody says with which flags it was made',
};

/** Fields of a body that are others, and why. */
const EXCEPTIONS = {
  stream_options: {
    upstream: { include_usage: false },
    ours: { include_usage: true },
    why: 'a report needs the cached tokens, which the server alone knows; upstream would die of the chunk that has them',
  },
} as const;

/** What a request says, without the fields that are compared by themselves. */
function said({ headers, body, messages }: Sent) {
  const rest = Object.entries(body).filter(([name]) => !(name in EXCEPTIONS));
  return { headers, body: Object.fromEntries(rest), messages };
}

function sorted(sent: readonly Sent[]): string[] {
  return sent.map((one) => JSON.stringify(said(one), (_, value) => withSortedKeys(value))).sort();
}

function withSortedKeys(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function ours(
  line: string,
  { overheadMs = 8, file = captureFile('conversations.json') } = {},
): Promise<Sent[]> {
  const common = ['-i', file, '-m', 'gpt2', '--served-model-name', 'm', '--seed', '1', '--compat'];
  const flags = flagsOf<MultiTurnFlags>(multiTurnFlags, [...common, ...line.split(' ')]);
  return sentBy(multiTurnScenario(flags), { cacheDir, overheadMs });
}

const TEXT = sharedFile('data/text/pg1184.txt');
const noText = absent(TEXT);
const missing = absent(captureFile('conversations.json'));

describe.skipIf(missing)(titled('multi-turn --compat sends what upstream sent', missing), () => {
  const all = Object.entries(CAPTURES).map(([name, [line, count]]) => ({ name, line, count }));

  test.each(all.filter(({ line }) => line.startsWith('-p 1')))(
    'one client, $line: $count requests, in the same order',
    async ({ name, line, count }) => {
      const upstream = captured(name);
      expect(upstream).toHaveLength(count);
      expect((await ours(line)).map(said)).toEqual(upstream.map(said));
    },
  );

  // Which of two answers comes first is a matter of milliseconds, and with it whose turn is next.
  test.each(
    all
      .filter(({ line }) => !line.startsWith('-p 1'))
      .flatMap((one) => [0, 8, 16].map((overheadMs) => ({ ...one, overheadMs }))),
  )(
    'several clients, $line, requests that take $overheadMs ms more: the same $count requests',
    async ({ name, line, count, overheadMs }) => {
      const upstream = captured(name);
      expect(upstream).toHaveLength(count);
      expect(sorted(await ours(line, { overheadMs }))).toEqual(sorted(upstream));
    },
  );

  test('the warm-up comes first, and the run in the order in which its answers came', async () => {
    const upstream = captured('mt-p2k4-warmup').map(said);
    const sent = (await ours('-p 2 -k 4 --warmup-step --no-early-stop')).map(said);
    expect(sent.slice(0, 10)).toEqual(upstream.slice(0, 10));
    expect(sent.slice(10, 14)).toEqual(upstream.slice(10, 14));
  });

  test('a client rests as long as upstream’s, whose pauses numpy draws', async () => {
    const gaps = (sent: readonly Sent[]) =>
      sent.slice(1).map(({ atMs }, i) => atMs - sent[i]!.atMs);
    // Upstream's requests take some milliseconds more or less; the pauses are 50 ms on average, and up to 140.
    const upstream = gaps(captured('mt-p1k3-random'));
    const own = gaps(await ours(CAPTURES['mt-p1k3-random']![0], { overheadMs: 10 }));
    for (const [i, gapMs] of own.entries()) expect(Math.abs(gapMs - upstream[i]!)).toBeLessThan(25);
  });

  test.skipIf(noText)(
    titled('conversations that it generates, draw for draw', noText),
    async () => {
      const config = JSON.parse(readFileSync(captureFile('gen.json'), 'utf8'));
      const file = writeJson(cacheDir, 'gen.json', { ...config, text_files: [TEXT] });
      const upstream = captured('mt-gen-p1k1');
      expect(upstream).toHaveLength(34);
      expect((await ours('-p 1 -k 1', { file })).map(said)).toEqual(upstream.map(said));
    },
  );

  test.each(Object.entries(EXCEPTIONS))(
    'but for %s, as long as upstream does it so',
    async (field, { upstream, ours: own, why }) => {
      for (const { body } of captured('mt-p1k1')) expect(body[field], why).toEqual(upstream);
      for (const { body } of await ours('-p 1 -k 1')) expect(body[field], why).toEqual(own);
    },
  );

  test('every capture is compared, or it says why not', () => {
    const names = readdirSync(captureFile('.'))
      .filter((name) => /^mt-.*\.jsonl$/.test(name))
      .map((name) => name.replace('.jsonl', ''));
    const known = [...Object.keys(CAPTURES), 'mt-gen-p1k1', ...Object.keys(NOT_COMPARED)];
    expect(known.sort()).toEqual(names.sort());
  });
});
