import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startEmbedded } from '../../../src/engine/embedded.ts';
import type { EngineServer } from '../../../src/engine/http/server.ts';
import { optionsOf } from '../../support/engine-rig.ts';
import { type Exchange, exchanges, hasCapture, readPage } from './capture.ts';
import {
  areNumbers,
  areTexts,
  bothAre,
  type Difference,
  differences,
  type Exception,
  unexplained,
} from './differences.ts';

const words = (text: unknown): number => (text as string).trim().split(/\s+/).length;

/** Every difference to the recorded server that is meant, and why. */
const EXCEPTIONS: readonly Exception[] = [
  {
    where: / id$/,
    isAlike: bothAre(/^(chatcmpl|cmpl|modelperm)-[0-9a-f]{16}$/),
    why: 'ids are new with every answer',
  },
  { where: / created$/, isAlike: areNumbers, why: 'time has passed' },
  {
    where: / system_fingerprint$/,
    isAlike: bothAre(/^[a-z]+-[0-9]+\.[0-9]+\.[0-9]+\S*-[0-9a-f]{8}$/),
    why: 'it says which program answers, its version and settings',
  },
  {
    where: /^GET \/version .* version$/,
    isAlike: bothAre(/^\d+\.\d+\.\d+/),
    why: 'this program has a version of its own',
  },
  {
    where: / headers server$/,
    isAlike: (a, b) => a === 'uvicorn' && b === 'confab',
    why: 'it is served by another program',
  },
  {
    where: / headers content-length$/,
    isAlike: (a, b) => Number(a) > 15 && Number(b) > 15,
    why: 'answers and names have other lengths',
  },
  {
    where: /^GET \/v1\/models .* root$/,
    isAlike: areTexts,
    why: 'the path of a model that is loaded; here there is none but its name',
  },
  {
    where: / (content|text)$/,
    isAlike: (a, b) => areTexts(a, b) && words(a) === words(b),
    why: 'other words, as many of them, are drawn',
  },
  {
    where: / metrics \w+(_ms|_second)$/,
    isAlike: areNumbers,
    why: 'it is another machine',
  },
  {
    where: / choices \d+ token_ids \d+$/,
    isAlike: areNumbers,
    why: 'other words are drawn',
  },
  {
    where: / logprobs content \d+( top_logprobs \d+)? (token|logprob|bytes.*)$/,
    isAlike: (a, b) => typeof (a ?? b) === typeof (b ?? a),
    why: 'other words are drawn, each as likely as any other',
  },
  {
    where: / (prompt_token_ids|tokens) \d+$/,
    isAlike: (a, b) => [50259, 50260, 50261, 50262].includes(a as number) && areNumbers(a, b),
    why: 'roles are words of the vocabulary, where that model has tokens for them',
  },
  {
    where: / usage (prompt|total)_tokens$/,
    isAlike: (a, b) => [14, 18].includes(a as number) && (b as number) < (a as number),
    why: 'a role that nobody knows is a word, where that template spells a token that does not exist',
  },
  {
    where: / 13 choices 0 logprobs content (1 top_logprobs 1|2|3)$/,
    isAlike: (a) => a === undefined,
    why: 'the recorder left out the middle of it',
  },
];

/** By the page, the recorder sent three requests more than it kept: the models, and two like these. */
const NOT_KEPT = [0, 7, 34];

/** The same of the page of metrics after these requests. */
const PAGE_EXCEPTIONS: readonly Exception[] = [
  {
    where: /^python_/,
    isAlike: (_, found) => found === undefined,
    why: 'no Python runs here',
  },
  {
    where: /^(vllm:kv_block_|confab:)/,
    isAlike: (expected) => expected === undefined,
    why: 'evictions are always told, as with --kv-cache-metrics, and more of them',
  },
  { where: /^process_\w+ series/, isAlike: areNumbers, why: 'it is another process' },
  { where: /_created series /, isAlike: areNumbers, why: 'time has passed' },
  {
    where: /^\S+_(seconds|time\S*) series .*_(bucket|sum)/,
    isAlike: areNumbers,
    why: 'it is another machine',
  },
  {
    where: /_size_bytes series .*_sum/,
    isAlike: areNumbers,
    why: 'answers have other lengths, and the recorder wrote spaces',
  },
  {
    where:
      /^vllm:(\w*prompt_tokens|prefix_cache_queries|iteration_tokens|\w+_computed_tokens)\S* series/,
    isAlike: (a, b) => areNumbers(a, b) && Math.abs((a as number) - (b as number)) <= 3,
    why: 'roles are words, see above; of the two that were not kept one was a little longer',
  },
  {
    where: /^vllm:cache_config_info series/,
    isAlike: (a, b) => a === undefined || b === undefined,
    why: 'the size in bytes is another',
  },
];

describe.skipIf(!hasCapture)('after every recorded request', () => {
  let server: EngineServer;
  const all: Difference[] = [];

  beforeAll(async () => {
    const settings = { blockTokens: 32, blocks: 200, maxModelTokens: 4096 };
    server = await startEmbedded(optionsOf({ model: 'tiny', gpu: 'h100', apiMs: 0, ...settings }));
    for (const [number, one] of exchanges().entries()) {
      all.push(...(await compared(server.url, one, `${one.method} ${one.path} ${number}`)));
    }
  });
  afterAll(() => server?.close());

  test('its answer was that of vLLM 0.32, but for what has a reason', () => {
    expect(unexplained(all, EXCEPTIONS)).toEqual({ differences: [], idle: [] });
  });

  test('the page of metrics is that of vLLM 0.32, but for what has a reason', async () => {
    for (const number of NOT_KEPT) await compared(server.url, exchanges()[number]!, '');
    const recorded = families(readPage('vllm032-cpu-metrics.txt'));
    const found = families(await (await fetch(`${server.url}/metrics`)).text());
    const names = [...new Set([...Object.keys(recorded), ...Object.keys(found)])];
    const page = names.flatMap((name) => differences(recorded[name], found[name], name));
    const left = page.filter(({ where }) => !/ order$/.test(where));
    expect(unexplained(left, PAGE_EXCEPTIONS)).toEqual({ differences: [], idle: [] });
  });
});

/** A page by its families; values are numbers, and how they are written is another field of them. */
function families(page: string): Record<string, object> {
  const parts = page.split(/^# HELP /m).slice(1);
  return Object.fromEntries(
    parts.map((part) => {
      const [head, typed, ...lines] = part.trimEnd().split('\n') as [string, string, ...string[]];
      const [name, help] = [head.slice(0, head.indexOf(' ')), head.slice(head.indexOf(' ') + 1)];
      const series = lines.map((line) => {
        const at = line.lastIndexOf(' ');
        return [line.slice(0, at), Number(line.slice(at + 1))];
      });
      const odd = lines.filter((line) => !/ (-?\d+\.\d+|\d(\.\d+)?e[+-]\d\d|\+Inf)$/.test(line));
      return [
        name,
        { help, type: typed.split(' ').at(-1), odd, series: Object.fromEntries(series) },
      ];
    }),
  );
}

async function compared(url: string, one: Exchange, where: string): Promise<Difference[]> {
  const response = await fetch(url + one.path, {
    method: one.method,
    ...(one.body !== undefined && {
      body: one.body,
      headers: { 'content-type': 'application/json' },
    }),
  });
  const found = await response.text();
  return [
    ...differences(one.status, response.status, `${where} status`),
    ...differences(headersOf(one.headers), headersOf(response.headers), `${where} headers`),
    ...differences(...bodiesOf(one.answer, found), where),
  ];
}

/** Of the connection, and not of the answer. */
const OF_CONNECTION = ['date', 'connection', 'keep-alive', 'transfer-encoding'];

function headersOf(headers: Iterable<[string, string]>): object {
  const all = [...headers].filter(([name]) => !OF_CONNECTION.includes(name));
  return Object.fromEntries(all.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The whole answer, or some events of a stream: each of them, but for those that the recorder left out. */
function bodiesOf(recorded: string, found: string): readonly [unknown, unknown] {
  if (!recorded.startsWith('data: '))
    return [parsed(recorded.replace(CUT, '}]}]}')), parsed(found)];
  const [theirs, ours] = [eventsOf(recorded), eventsOf(found)];
  const cut = theirs.findIndex((text) => CUT.test(text));
  if (cut < 0) return [theirs.map(parsed), ours.map(parsed)];
  // What is left of the two events around the gap, completed by ours.
  const [head, tail] = theirs[cut]!.split(/ \.{6} /) as [string, string];
  const after = ours.length - (theirs.length - cut);
  const whole = [
    ...theirs.slice(0, cut),
    upTo(head, ours[cut]!),
    from(tail, ours[after]!),
    ...theirs.slice(cut + 1),
  ];
  const same = [...ours.slice(0, cut + 1), ...ours.slice(after)];
  return [whole.map(parsed), same.map(parsed)];
}

const CUT = / \.{6} (\]\})?/;

function eventsOf(stream: string): string[] {
  const events = stream.split(/\n\n+/).filter((text) => text.trim() !== '');
  return events.map((text) => text.replace(/^data: /, ''));
}

/** `head`, and what comes after its last letters in `whole`. */
function upTo(head: string, whole: string): string {
  const last = head.slice(-12);
  const at = whole.indexOf(last);
  return at < 0 ? head : head + whole.slice(at + last.length);
}

function from(tail: string, whole: string): string {
  const at = whole.lastIndexOf(tail.slice(0, 12));
  return whole.slice(0, Math.max(0, at)) + tail;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
