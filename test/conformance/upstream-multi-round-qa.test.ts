import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type MultiRoundFlags, multiRoundFlags } from '../../src/dialects/multi-round-qa/flags.ts';
import { multiRoundScenario } from '../../src/dialects/multi-round-qa/scenario.ts';
import { flagsOf } from '../support/flags-of.ts';
import { absent, titled } from '../support/needs.ts';
import { captured, captureFile, type Sent, sentBy } from '../support/upstream.ts';
import { keptDir } from '../workload/scratch.ts';

const cacheDir = keptDir();
const STACK = '--shared-system-prompt 100 --user-history-prompt 300 --answer-len 20';
const FORK = '--max-output-len 20 --qps 2 --shared-system-prompt 100 --user-history-prompt 200';
const SHAREGPT = captureFile('fork-ShareGPT.json');

interface Capture {
  readonly line: string;
  readonly requests: number;
  /** How far apart the same request may be in both, milliseconds. */
  readonly withinMs: number;
  /** Requests that we send besides, and why. */
  readonly besides?: readonly [count: number, why: string];
}

/** What the two scripts sent with these flags: production-stack's, and the fork's that adds a user lag. */
const CAPTURES: Readonly<Record<string, Capture>> = {
  // Upstream looks every 100.3 ms whether something is due, and later for each that it has missed.
  'mrqa-4x4': {
    line: `${STACK} --num-users 4 --num-rounds 4 --qps 1 --time 20`,
    requests: 36,
    withinMs: 200,
  },
  'mrqa-3x2': {
    line: `${STACK} --num-users 3 --num-rounds 2 --qps 1 --time 15 --init-user-id 100 --request-with-user-id`,
    requests: 39,
    withinMs: 200,
  },
  'mrqa-2x1': {
    line: `${STACK} --num-users 2 --num-rounds 1 --qps 1 --time 10`,
    requests: 108,
    withinMs: 300,
    besides: [2, 'a user comes at every tick, which is 101.5 ms there for what else it has to do'],
  },
  'fork-lag2': {
    line: `${FORK} --user-lag 2 --num-rounds 4 --max-input-len 400 --ignore-eos --time 40`,
    requests: 156,
    withinMs: 100,
  },
  'fork-lag0': {
    line: `${FORK} --user-lag 0 --num-rounds 4 --max-input-len 400 --init-user-id 50 --time 40`,
    requests: 156,
    withinMs: 100,
  },
  'fork-sharegpt': {
    line: `--max-output-len 30 --qps 2 --user-lag 1 --num-rounds 2 --sharegpt ${SHAREGPT} --max-input-len 400 --ignore-eos --time 20`,
    requests: 78,
    withinMs: 100,
  },
};

/** A request by what it says; what it says is said once. */
function byText(sent: readonly Sent[]): Map<string, number> {
  return new Map(
    sent.map(({ atMs, headers, body, messages }) => {
      const fields = Object.entries(body).sort(([a], [b]) => (a < b ? -1 : 1));
      return [JSON.stringify({ headers, fields, messages }), atMs];
    }),
  );
}

/** Of a capture or a run, when the first request was sent that is not of the warm-up. */
function startOf(sent: readonly Sent[]): number {
  return sent.find(({ body }) => body['max_tokens'] !== 100)!.atMs;
}

function ours(line: string): Promise<Sent[]> {
  const common = ['--base-url', 'http://localhost:8000/v1', '--model', 'm', '--compat'];
  const flags = flagsOf<MultiRoundFlags>(multiRoundFlags, [...common, ...line.split(' ')]);
  return sentBy(multiRoundScenario(flags), { cacheDir, overheadMs: 5 });
}

const missing = absent(captureFile('mrqa-4x4.jsonl'), SHAREGPT);

describe.skipIf(missing)(
  titled('multi-round-qa --compat sends what upstream sent', missing),
  () => {
    test.each(Object.entries(CAPTURES))(
      '%s: headers, bodies and texts, the warm-up’s too, at its times',
      async (name, { line, requests, withinMs, besides: [count, why] = [0, ''] }) => {
        const [upstream, sent] = [captured(name), await ours(line)];
        const [theirs, own] = [byText(upstream), byText(sent)];
        expect(upstream).toHaveLength(requests);
        expect(theirs.size).toBe(requests);
        expect([...theirs.keys()].filter((text) => !own.has(text))).toEqual([]);
        expect(sent.length - requests, why).toBe(count);
        const lateMs = startOf(upstream) - startOf(sent);
        for (const [text, atMs] of theirs) {
          expect(Math.abs(atMs - lateMs - own.get(text)!), text).toBeLessThan(withinMs);
        }
      },
    );

    test('what is asked for without --ignore-eos, and what of a first prompt is new', async () => {
      const sent = await ours(CAPTURES['fork-lag0']!.line);
      expect(sent[0]!.headers).toEqual({ 'x-user-id': '51', 'x-prefill-tokens': '42' });
      expect(sent[1]!.headers['x-prefill-tokens']).toBe('0');
      expect(sent[0]!.body).toMatchObject({ ignore_eos: false });
      expect(sent[0]!.body).not.toHaveProperty('min_tokens');
    });

    test('every capture is compared', () => {
      const names = readdirSync(captureFile('.'))
        .filter((name) => /^(mrqa|fork)-.*\.jsonl$/.test(name))
        .map((name) => name.replace('.jsonl', ''));
      expect(Object.keys(CAPTURES).sort()).toEqual(names.sort());
    });
  },
);
