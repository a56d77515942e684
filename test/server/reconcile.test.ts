import { expect, test } from 'vitest';
import type { TurnRecord } from '../../src/record/record.ts';
import { serverWarnings } from '../../src/report/server/reconciled.ts';
import type { Reconciled } from '../../src/server/reconcile.ts';
import { type ServerSummary, serverOf } from '../../src/server/server.ts';
import { turnRecord } from '../record/sample.ts';
import { watchedPart } from './watched.ts';

/** Of one request in all. */
const ONE = { requests: 1, prompts: 1000, cached: 600, generated: 10 };

type Counts = Partial<typeof ONE>;

const usage = (more: Partial<TurnRecord> = {}): TurnRecord =>
  turnRecord({
    ...{ inputTokens: 1000, cachedTokens: 600, outputTokens: 10, maxTokens: 50 },
    ...{ tokensFrom: 'usage', ...more },
  });

const cutOff = usage({
  ...{ status: 'cancelled', outputTokens: undefined },
  ...{ cachedTokens: undefined, inputTokens: undefined },
} as Partial<TurnRecord>);

function text({ requests, prompts, cached, generated }: Counts): string {
  const line = (name: string, value: number | undefined) =>
    value === undefined ? [] : [`vllm:${name} ${value}`];
  return [
    ...line('request_success_total{finished_reason="length"}', requests),
    ...line('prompt_tokens_total', prompts),
    ...line('prompt_tokens_cached_total', cached),
    ...line('generation_tokens_total', generated),
  ].join('\n');
}

function summaryOf(records: TurnRecord[], counts: Counts, isShareOfRun = false): ServerSummary {
  const none = Object.fromEntries(Object.keys(counts).map((name) => [name, 0]));
  const pages = [text(none), text(counts)].map((of, index) => ({ atMs: index, text: of }));
  return serverOf([watchedPart(pages, { records })], isShareOfRun)!.summary;
}

const residuals = ({ reconciled }: ServerSummary) =>
  Object.fromEntries(reconciled.map(({ name, residual }) => [name, residual]));

const NONE = { requests: 0, promptTokens: 0, cachedTokens: 0, generatedTokens: 0 };

test('sums that agree leave nothing, warm-up included', () => {
  const records = [usage(), usage({ phase: 'warmup' })];
  const counts = { requests: 2, prompts: 2000, cached: 1200, generated: 20 };
  const summary = summaryOf(records, counts);
  expect(residuals(summary)).toEqual(NONE);
  expect(summary.reconciled[1]).toEqual({
    name: 'promptTokens',
    ...{ records: 2000, server: 2000, residual: 0 },
  });
  expect(serverWarnings(summary)).toEqual([]);
});

test('what the server counted beyond the records, and nothing explains, is of another client', () => {
  const summary = summaryOf([usage()], { ...ONE, requests: 3, prompts: 1500 });
  expect(residuals(summary)).toEqual({ ...NONE, requests: 2, promptTokens: 500 });
  expect(serverWarnings(summary)).toEqual([
    'another client used the server meanwhile: it counted 2 requests, 500 prompt tokens more than the records have',
  ]);
});

test('less than it told is a server whose page was not read', () => {
  const summary = summaryOf([usage(), usage()], { ...ONE, cached: 1200 });
  expect(residuals(summary)).toEqual({
    ...{ requests: -1, promptTokens: -1000, cachedTokens: 0, generatedTokens: -10 },
  });
  const [warning, ...others] = serverWarnings(summary);
  expect(warning).toContain('count 1 request, 1000 prompt tokens, 10 generated tokens less than');
  expect(others).toEqual([]);
});

const explained = ({ reconciled }: ServerSummary): Reconciled[] =>
  reconciled.filter(({ explanation }) => explanation !== undefined);

test('a request that was cut off may have counted as much as a whole one, and no more', () => {
  const within = summaryOf([usage(), cutOff], { ...ONE, prompts: 2000, generated: 60 });
  expect(explained(within).map(({ name, residual }) => [name, residual])).toEqual([
    ['promptTokens', 1000],
    ['generatedTokens', 50],
  ]);
  expect(serverWarnings(within)).toEqual([]);
  const beyond = summaryOf([usage(), cutOff], {
    ...ONE,
    requests: 3,
    prompts: 2001,
    generated: 61,
  });
  expect(explained(beyond)).toEqual([]);
  expect(serverWarnings(beyond)).toHaveLength(1);
});

test('so may an attempt before the one that was answered, and what was never sent may not', () => {
  const again = summaryOf([usage({ attempts: 2 })], { ...ONE, prompts: 1900 });
  expect(explained(again)).toHaveLength(1);
  const unsent = usage({ status: 'unsent', attempts: 0 });
  expect(explained(summaryOf([usage(), unsent], { ...ONE, prompts: 1900 }))).toEqual([]);
});

test('the other partitions of a run explain what is more', () => {
  const [row] = explained(summaryOf([usage()], { ...ONE, requests: 4 }, true));
  expect(row?.explanation).toBe('the other partitions of the run used the server');
});

test('tokens that this client counted itself are compared with nothing', () => {
  const local = usage({ tokensFrom: 'local' });
  expect(residuals(summaryOf([local], ONE))).toEqual({ requests: 0 });
  const [row] = explained(summaryOf([usage(), local], { ...ONE, requests: 2, prompts: 2000 }));
  expect(row).toMatchObject({
    ...{ name: 'promptTokens', residual: 1000 },
    explanation: '1 completed request told no such number',
  });
});

test('cached tokens that no answer told are compared with nothing', () => {
  const untold = usage({ cachedTokens: undefined } as Partial<TurnRecord>);
  expect(Object.keys(residuals(summaryOf([untold], ONE)))).toEqual([
    ...['requests', 'promptTokens', 'generatedTokens'],
  ]);
});

test('a restart explains what is lost', () => {
  const pages = [500, 100, 1000].map((prompts, atMs) => ({ atMs, text: text({ prompts }) }));
  const { summary } = serverOf([watchedPart(pages, { records: [usage(), usage()] })], false)!;
  expect(summary.reconciled).toMatchObject([
    { residual: -1000, explanation: expect.stringContaining('started again') },
  ]);
});

test('an engine that counts computed tokens alone has them compared', () => {
  const of = (computed: number) => `llamacpp:prompt_tokens_total ${computed}\n`;
  const pages = [of(0), of(400)].map((one, atMs) => ({ atMs, text: one }));
  const { summary } = serverOf([watchedPart(pages, { records: [usage()] })], false)!;
  expect(residuals(summary)).toEqual({ computedTokens: 0 });
});

test('lookups that are repeated explain cached tokens that are counted by them', () => {
  const of = (tokens: number) =>
    `vllm:prompt_tokens_total ${tokens}\nvllm:prefix_cache_hits ${tokens}`;
  const pages = [of(0), of(1000)].map((one, atMs) => ({ atMs, text: one }));
  const { summary } = serverOf([watchedPart(pages, { records: [usage()] })], false)!;
  expect(explained(summary)).toMatchObject([{ name: 'cachedTokens', residual: 400 }]);
});
