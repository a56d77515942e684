import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SystemClock } from '../../src/base/clock.ts';
import { parseScenario } from '../../src/scenario/load.ts';
import { httpTransport } from '../../src/transport/http/http.ts';
import type { Transport } from '../../src/transport/transport.ts';
import { freshFolder } from '../support/folders.ts';
import { absent, sharedFile, titled } from '../support/needs.ts';
import { API_KEY, request } from '../transport/http-rig.ts';
import { Recorder } from '../transport/recorder.ts';
import { closedPort } from '../transport/scripted-server.ts';

/** What comes of one request, comparable. */
interface Outcome {
  readonly deltas?: readonly string[] | number;
  readonly end?: object;
  readonly failure?: object;
  readonly reconnects?: number;
}

/** `again`: of a second request to the same server; default: the same. null: none is sent. */
type Row = Outcome & { readonly again?: Outcome | null };

const SILENT_MS = 1000;
/** Nothing ends the answer: the deadlines of the scenario do. */
const SILENT: Row = { again: null };

const content = (...texts: string[]) => texts.map((text) => `content:${text}`);

function answer(deltas: readonly string[], end: object, more: Row = {}): Row {
  return { deltas, end, ...more };
}

function failure(
  message: string | RegExp,
  httpStatus?: number,
  deltas: readonly string[] = [],
): Row {
  const told = typeof message === 'string' ? message : expect.stringMatching(message);
  const status = httpStatus === undefined ? {} : { httpStatus };
  return { deltas, failure: { status: 'protocol', message: told, ...status } };
}

function refusal(httpStatus: number, message: string | RegExp, retryAfterMs?: number): Row {
  const told = typeof message === 'string' ? message : expect.stringMatching(message);
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
  return { deltas: [], failure: { status: 'http', message: told, httpStatus, ...wait } };
}

const compressed = (coding: string) =>
  failure(`the body is compressed (${coding}), which was not asked for`, 200);
const broken = (deltas: readonly string[] = content('a')) =>
  failure(/^connection closed in the middle of the response: /, 200, deltas);
const noHttp = failure(/^Response does not match the HTTP\/1.1 protocol/);
const badLength = failure(/^connection closed in the middle of the response: .*content-length/);
const noAnswer = failure('no text, finish_reason or usage came', 200);

const EIGHT = content('a', ' b', ' c', ' d', ' e', ' f', ' g', ' h');
const COUNTED = { finishReason: 'length', usage: { inputTokens: 50, outputTokens: 8 } };
const UNCOUNTED = { finishReason: 'length', usage: undefined };
const good = answer(EIGHT, COUNTED);
const uncounted = answer(EIGHT, UNCOUNTED);
const refused = (which: string) =>
  answer(EIGHT, { ...UNCOUNTED, remarks: [`usage is no number of tokens: ${which}`] });

/** Every mode of faults.mjs. */
const FAULTS: Readonly<Record<string, Row>> = {
  good,
  acceptclose: failure(/^connection closed before the response: /),
  rst0: failure(/^connection closed before the response: /),
  rsthead: broken([]),
  rstmidchunk: broken(),
  rstbetween: broken(),
  // Usage was asked for, and did not come.
  rstafterfinish: broken(EIGHT),
  rstafterusage: good,
  rstafterdone: good,
  finmid: broken(),
  finafterfinish: broken(EIGHT),
  stall0: SILENT,
  stallhead: SILENT,
  stallheaders: SILENT,
  stallmid: { ...SILENT, deltas: content('a') },
  stallfinish: { ...SILENT, deltas: EIGHT },
  stalldone: good,
  slowhead: { ...good, again: null },
  slowheadforever: SILENT,
  slowbody: { ...good, again: null },
  slowlorisbody: SILENT,
  r429: refusal(429, '{"error":{"message":"slow down pal" }', 2000),
  h500: refusal(500, '500 Internal'),
  h502: refusal(502, '502 Bad Gateway'),
  h503empty: refusal(503, 'HTTP 503 without a message'),
  h500huge: refusal(500, /^x{300}\.\.\.$/),
  h500endless: { ...refusal(500, /^y+$/), again: null },
  json200: answer(content('hello there'), {
    finishReason: 'stop',
    usage: { inputTokens: 5, outputTokens: 2 },
  }),
  jsonerr200: failure('model melted (code 42)', 200),
  html200: failure('response is not an event stream: <html><title>login</title></html>', 200),
  jsonnull: failure('response is not an event stream: null', 200),
  json0: failure('empty response', 200),
  jsonarr: failure('response without choices: []', 200),
  jsontrunc: failure('response is not JSON: {"choices":[{"message":{"content":"hi"', 200),
  sseerror: failure('kaput', 200, content('a')),
  sseerror2: failure('kaput2 (code 500)', 200, content('a')),
  sseerr3: failure('event: error', 200),
  gzip: compressed('gzip'),
  gziptrunc: compressed('gzip'),
  br: compressed('br'),
  zstd: compressed('zstd'),
  gzip500: refusal(500, 'HTTP 500, its body compressed (gzip)'),
  cllong: good,
  cllongclose: good,
  clshort: uncounted,
  clbad: noHttp,
  cltwo: badLength,
  clte: badLength,
  badchunk: { ...noHttp, deltas: content('a'), failure: { ...noHttp.failure, httpStatus: 200 } },
  trailer: good,
  http10: good,
  http10cut: failure('stream ended without finish_reason or [DONE]', 200, EIGHT.slice(0, 3)),
  kaclose: good,
  kacloserst: good,
  kacloserand: good,
  karead: { ...good, again: { ...good, reconnects: 1 } },
  connclose: good,
  connclose2: good,
  c100: good,
  c103: good,
  c101: failure('the server answered with 101, a protocol nobody asked for'),
  c100x: SILENT,
  r307: refusal(307, 'redirects to http://localhost:9199/steal'),
  r308: refusal(308, 'redirects to /good/v1/chat/completions'),
  r302: refusal(302, 'HTTP 302 without a message'),
  r304: refusal(304, 'HTTP 304 without a message'),
  r204: failure('empty response', 204),
  r205: failure('empty response', 205),
  r999: refusal(999, 'HTTP 999 without a message'),
  // Four digits are taken for three, and 100 is skipped.
  r600: SILENT,
  r099: noHttp,
  garbage: noHttp,
  ssh: noHttp,
  h2pref: noHttp,
  bighead: failure('the head of the response is too long'),
  manyhead: failure('the head of the response is too long'),
  big100: failure('an event is longer than 64 MB', 200),
  big600: failure('an event is longer than 64 MB', 200),
  bigjson600: failure('the response is longer than 64 MB', 200),
  bigevent: answer(content('z'.repeat(20e6)), COUNTED),
  endless: { ...failure(/^the answer does not end: /, 200), deltas: 216, again: null },
  endlessfast: { ...failure(/^the answer does not end: /, 200), deltas: 216 },
  endlessafterfinish: { ...failure(/^the answer does not end: /, 200), deltas: 216, again: null },
  endlessafterdone: good,
  pings: SILENT,
  rolerepeat: SILENT,
  badutf8: answer([...content('a\ufffd\ufffd(\ufffd\ufffd\ufffdb'), ...EIGHT], COUNTED),
  utf8split: answer(content('héllo 😀 世界', '😀😀'), COUNTED),
  nul: failure(
    'event is not JSON: {"choices":[{"delta":{"content":"raw nul"}}]}',
    200,
    content('a\0b'),
  ),
  surrogate: answer(content('\ud800'), COUNTED),
  unone: uncounted,
  unull: uncounted,
  uneg: refused('prompt_tokens -5, completion_tokens -1'),
  ufloat: refused('prompt_tokens 5.5, completion_tokens 8.25'),
  ustr: refused("prompt_tokens '50', completion_tokens '8'"),
  uhuge: refused('prompt_tokens 1e+308, completion_tokens 1e+308'),
  uinf: refused('prompt_tokens Infinity, completion_tokens Infinity'),
  uzero: answer(EIGHT, {
    ...UNCOUNTED,
    remarks: ['usage counts nothing: inputTokens 0, outputTokens 0'],
  }),
  ucached: answer(EIGHT, {
    ...COUNTED,
    remarks: ['usage is more than its whole: cachedTokens 5000 of inputTokens 50'],
  }),
  uarr: uncounted,
  ubool: refused('prompt_tokens true, completion_tokens that is no number'),
  udup: answer(EIGHT, {
    finishReason: 'length',
    usage: { inputTokens: 51, outputTokens: 9 },
    remarks: ['usage told twice: inputTokens 50, then 51, outputTokens 8, then 9'],
  }),
  uevery: answer(Array(9).fill('content:x'), COUNTED),
  choicesempty: noAnswer,
  index1: answer(content('x'), { ...COUNTED, finishReason: 'stop' }),
  n2: answer(content('x', 'y', 'late'), { ...COUNTED, finishReason: 'stop' }),
  toolonly: answer(['tool:{"index":0,"function":{"name":"f","arguments":"{"}}'], {
    ...COUNTED,
    finishReason: 'tool_calls',
  }),
  nofinish: answer(content('a', 'b'), { finishReason: undefined, usage: undefined }),
  nofinishnodone: failure('stream ended without finish_reason or [DONE]', 200, content('a', 'b')),
  doneonly: noAnswer,
  roleonly: answer([], UNCOUNTED),
  nospace: good,
  crlf: good,
  cr: good,
  onepacket: good,
  packets1000: answer([...content('q'.repeat(1100)), ...EIGHT], COUNTED),
  weird: good,
  notjson: failure('event is not JSON: {oops', 200, content('a')),
  deep: good,
  proto: answer([...content('p'), ...EIGHT], COUNTED),
  finreasonhuge: answer(content('a'), {
    ...COUNTED,
    finishReason: expect.stringMatching(/^\[31mEVIL \[0mR+\.\.\.$/),
  }),
  errhuge: failure(/^\[31mEVILE{289,}\.\.\.$/, 200),
  retryfield: good,
  bom: answer(EIGHT, COUNTED),
  eventnames: good,
  extra: good,
  // What comes after the next request was sent is taken for its answer: there is no telling.
  extra2: { ...good, again: null },
  // Every third of all its requests, on a new connection or a used one: see below.
  killrand: { again: null },
  echo: refusal(401, /authorization: Bearer \*\*\* /),
  echocut: refusal(401, `${'x'.repeat(280)}***`),
  echofin: answer(content('a'), { ...COUNTED, finishReason: 'key ***' }),
  early: good,
  early401: refusal(401, 'early no'),
  early413close: refusal(413, 'HTTP 413 without a message'),
  early413rst: refusal(413, 'HTTP 413 without a message'),
};

const words = (count: number) => content(...Array(count).fill(' word'));
const stopped = (inputTokens: number, outputTokens: number, more: object = {}) => ({
  finishReason: 'stop',
  usage: { inputTokens, outputTokens, ...more },
});
const five = answer(words(5), stopped(10, 5));
const fiveOf100 = (more: object, remarks?: string[]) =>
  answer(words(5), { ...stopped(100, 5, more), ...(remarks && { remarks }) });

/** Every case of odd-answers.mjs. */
const ODD: Readonly<Record<string, Row>> = {
  ok: five,
  listcontent: answer(['reasoning:hm', 'content:yes', 'content:ok'], stopped(10, 3)),
  listonly: answer(content('yes', ' no'), stopped(10, 2)),
  lingers: five,
  neverends: five,
  pingsafterdone: five,
  gzip: compressed('gzip'),
  gzipjson: compressed('gzip'),
  html200: failure(/^response is not an event stream: <!doctype html>/, 200),
  login302: refusal(302, 'redirects to https://sso.example.test/login'),
  redirect307: refusal(307, 'redirects to /redirect307/v1/chat/completions/'),
  r429: { ...refusal(429, 'slow down', 1000), again: five },
  multitoken: answer(content(' a b c d', ' e f g h', ' i j k l'), stopped(10, 12)),
  onechunk: answer(content(' a b c d e f g h'), stopped(10, 8)),
  onetoken: answer(content('x'), { ...stopped(10, 1), finishReason: 'length' }),
  nousage: answer(words(5), { finishReason: 'stop', usage: undefined }),
  usagenull: five,
  usagezero: five,
  usagefloat: answer(words(5), {
    finishReason: 'stop',
    usage: undefined,
    remarks: ['usage is no number of tokens: prompt_tokens 10.5, completion_tokens 5.5'],
  }),
  contusage: five,
  usageincfin: five,
  cacheddeepseek: fiveOf100({ cachedTokens: 64 }),
  cachednull: fiveOf100({}),
  cachedover: fiveOf100({}, ['usage is more than its whole: cachedTokens 640 of inputTokens 100']),
  cachedneg: fiveOf100({}, ['usage is no number of tokens: cached_tokens -3']),
  azure: five,
  azureempty: five,
  contentfilter: answer(words(2), { ...stopped(10, 2), finishReason: 'content_filter' }),
  abort: failure('finish_reason "abort"', 200, words(2)),
  donenospace: answer(words(3), { finishReason: 'stop', usage: undefined }),
  crlf: five,
  bom: five,
  utf8split: answer(content('中文😀', '✅'), stopped(10, 5)),
  n2: answer([...words(3), ...content('B')], stopped(10, 8)),
  think: answer(content('<think>', 'hm', '</think>', 'yes'), stopped(10, 4)),
  emptyreason: answer(content('yes'), stopped(10, 2)),
  wsfirst: answer(content('\n\n', 'yes'), stopped(10, 2)),
  sse_event_names: answer(words(3), stopped(10, 3)),
  ping_event: answer(words(3), stopped(10, 3)),
  heartbeat_data: answer(words(3), stopped(10, 3)),
  jsonlines: failure(/^response is lines of JSON, not events: /, 200),
  jsonnotstream: answer(content('hello you'), stopped(10, 2)),
  http10: five,
  closeeach: five,
  rstafterdone: five,
  rstafterfinish: broken(words(5)),
  trailers: five,
  badchunk: five,
  earlyhints: five,
  hugeline: answer(content('x'.repeat(3_000_000)), stopped(10, 5)),
  toolcalls: answer(
    [
      'tool:{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}',
      'tool:{"index":0,"function":{"arguments":"{\\"q\\":1}"}}',
    ],
    { ...stopped(10, 8), finishReason: 'tool_calls' },
  ),
  emptytools: answer(content('yes'), stopped(10, 1)),
  nullchoices: answer(words(2), stopped(10, 2)),
  arraydata: answer(words(2), stopped(10, 2)),
  twodone: answer(words(2), stopped(10, 2)),
  contentafterfin: answer(words(3), stopped(10, 3)),
  firstchunkslow: five,
  http500html: refusal(502, '502 Bad Gateway'),
  silentclose: answer(words(3), stopped(10, 3)),
  silentrst: answer(words(3), stopped(10, 3)),
  contentlength: five,
  tecgzip: compressed('gzip'),
  identity: five,
  ok201: five,
  textplain: five,
  fullmsgfinal: answer(words(3), stopped(10, 3)),
  // Nothing tells that the last text is all of it once more.
  fulldelta: answer(content('a', 'b', 'ab'), stopped(10, 2)),
  anthropic: answer(content('hi'), { ...stopped(10, 2), finishReason: 'end_turn' }),
  responsesapi: answer(content('hi'), { ...stopped(10, 1), finishReason: 'completed' }),
  err413: refusal(413, '413 Request Entity Too Large'),
  nobody500: refusal(500, 'HTTP 500 without a message'),
  nouser401: refusal(401, 'Unauthorized'),
  model404: refusal(404, 'The model `m` does not exist. (code 404)'),
};

/** A server of cases, each below a path of its own, and the cases that it knows. */
interface CaseServer {
  readonly file: string;
  readonly rows: Readonly<Record<string, Row>>;
  cases(file: string): string[];
}

const SERVERS: Readonly<Record<string, CaseServer>> = {
  'faults.mjs': {
    file: sharedFile('cases/faults.mjs'),
    rows: FAULTS,
    cases: (file) =>
      execFileSync(process.execPath, [file, 'list'], { cwd: freshFolder(), encoding: 'utf8' })
        .trim()
        .split('\n'),
  },
  'odd-answers.mjs': {
    file: sharedFile('cases/odd-answers.mjs'),
    rows: ODD,
    cases: (file) =>
      [...readFileSync(file, 'utf8').matchAll(/^ {2}(\w+): (?:async )?\(/gm)].map(
        ([, name]) => name!,
      ),
  },
};

describe.each(Object.entries(SERVERS))('%s', (_, { file, rows, cases }) => {
  const why = absent(file);
  let stop = (): void => {};
  let url = '';
  /** All at once: most of them take their time. */
  let played: Readonly<Record<string, Promise<Outcome[]>>> = {};

  beforeAll(async () => {
    if (why) return;
    const port = await closedPort();
    url = `http://127.0.0.1:${port}`;
    stop = await started(file, port);
    played = Object.fromEntries(
      Object.entries(rows).map(([name, row]) => [name, play(`${url}/${name}`, row)]),
    );
    // Whoever looks at one sees its failure; nobody else is to.
    for (const one of Object.values(played)) one.catch(() => {});
  });
  afterAll(async () => {
    await Promise.allSettled(Object.values(played));
    stop();
  });

  test.skipIf(why)(titled('every case has an expectation', why), () => {
    expect(Object.keys(rows).sort()).toEqual(cases(file).sort());
  });

  test.skipIf(why).each(Object.entries(rows).filter(([name]) => name !== 'killrand'))(
    titled('%s', why),
    async (name, { again, ...first }) => {
      const [one, two] = await played[name]!;
      const expected = { reconnects: 0, ...first };
      expect(one).toEqual(comparable(expected, one!));
      if (again === null) return;
      // A server that drops connections between answers is caught at it, or not.
      const reconnects = again?.reconnects ?? two!.reconnects!;
      expect(two).toEqual(comparable({ ...(again ?? expected), reconnects }, two!));
      expect(reconnects).toBeLessThanOrEqual(1);
    },
  );
});

test.skipIf(absent(SERVERS['faults.mjs']!.file))(
  titled(
    'a reset every third request is an answer or a failure of its own',
    absent(SERVERS['faults.mjs']!.file),
  ),
  async () => {
    const { file } = SERVERS['faults.mjs']!;
    const port = await closedPort();
    const stop = await started(file, port);
    const transport = transportTo(`http://127.0.0.1:${port}/killrand`);
    const outcomes: Outcome[] = [];
    for (let turn = 0; turn < 9; turn++) outcomes.push(await asked(transport, undefined));
    await transport.close();
    stop();
    // A third request on a used connection is sent again, and is not the third any more.
    expect(outcomes.filter(({ end }) => end)).toHaveLength(9);
    expect(outcomes.reduce((sum, { reconnects }) => sum + reconnects!, 0)).toBe(4);
  },
);

/** Only what a row names of an end or a failure is compared. */
function comparable(expected: Outcome, found: Outcome): object {
  const { deltas = [], end, failure, reconnects } = expected;
  const count = Array.isArray(found.deltas) ? found.deltas.length : 0;
  if (typeof deltas === 'number') expect(count).toBe(deltas);
  return {
    deltas: typeof deltas === 'number' ? found.deltas : deltas,
    end: end && expect.objectContaining(end),
    failure,
    reconnects,
  };
}

async function play(url: string, row: Row): Promise<Outcome[]> {
  const transport = transportTo(url);
  try {
    const isSilent = !row.end && !row.failure;
    const first = await asked(transport, isSilent ? (row.deltas ?? []) : undefined);
    return row.again === null ? [first] : [first, await asked(transport, undefined)];
  } finally {
    await transport.close();
  }
}

/** @param silentAfter deltas after which nothing comes any more, so that the request is cancelled; undefined: it ends by itself. */
async function asked(
  transport: Transport,
  silentAfter: Outcome['deltas'] | undefined,
): Promise<Outcome> {
  const recorder = new Recorder();
  const isSilent = silentAfter && silence(recorder, silentAfter);
  const cancel = transport.send({ ...request, maxTokens: 1 }, recorder);
  await Promise.race([recorder.over, ...(isSilent ? [isSilent] : [])]);
  cancel();
  const { deltas, end, failure, types } = recorder;
  const reconnects = types.filter((type) => type === 'reconnect').length;
  return { deltas, end: end as object, failure: failure as object, reconnects };
}

/** However late a busy machine is: the time counts from the last that is awaited. */
function silence(recorder: Recorder, after: NonNullable<Outcome['deltas']>): Promise<void> {
  const awaited = typeof after === 'number' ? after : after.length;
  return new Promise((resolve) => {
    const begin = (): void => {
      if (recorder.deltas.length >= awaited && recorder.types.includes('sent')) {
        recorder.onCall = () => {};
        new SystemClock().setTimeout(resolve, SILENT_MS);
      }
    };
    recorder.onCall = begin;
  });
}

function transportTo(url: string): Transport {
  const { target, sampling } = parseScenario({ target: { url } });
  return httpTransport({ target, sampling, model: 'm', apiKey: API_KEY, clock: new SystemClock() });
}

/** Starts a server of cases; gives how to stop it. */
async function started(file: string, port: number): Promise<() => void> {
  const log = join(freshFolder(), 'log');
  const child = spawn(process.execPath, [file, String(port), log], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await new Promise((resolve, reject) => {
    child.stdout.once('data', resolve);
    child.once('exit', () => reject(new Error(`${file} did not start`)));
  });
  return () => child.kill();
}
