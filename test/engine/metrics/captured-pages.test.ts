import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { engineWire } from '../../support/engine-wire.ts';
import { ROOT } from '../../support/folders.ts';
import { type Difference, differences, type Exception, unexplained } from '../http/differences.ts';

const DATA = join(ROOT, '../shared/data');

/** Pages of real servers: the version of vLLM, and whether it offloads KV to the host. */
const PAGES = [
  { file: 'wire/vllm032-cpu-metrics.txt', version: '0.32', isOffloading: false },
  { file: 'wire/vllm024-h100-offload-metrics.txt', version: '0.24', isOffloading: true },
  {
    file: 'recordings/vllm024-h100/pressure.metrics.ndjson',
    version: '0.24',
    isOffloading: false,
  },
  {
    file: 'recordings/vllm024-h100/closed.metrics.ndjson',
    version: '0.24',
    isOffloading: false,
  },
  {
    file: 'recordings/vllm024-h100/pressure-offload.metrics.ndjson',
    version: '0.24',
    isOffloading: true,
  },
];

const isAbsent = (expected: unknown) => expected === undefined;

/** Of what a family differs in: `0.24 vllm:kv_offload_size le`. */
const EXCEPTIONS: readonly Exception[] = [
  {
    where: / python_\w+$/,
    isAlike: (_, found) => isAbsent(found),
    why: 'no Python runs here',
  },
  {
    where: / (vllm:kv_block_\w+|confab:\w+)$/,
    isAlike: isAbsent,
    why: 'evictions are always told, as with --kv-cache-metrics, and more of them',
  },
  {
    where: /_tokens le$/,
    isAlike: (expected, found) => isBeginningOf(expected, found) || isBeginningOf(found, expected),
    why: 'lengths end with the longest of the model, which is another',
  },
  {
    where: /^0\.24 vllm:(admission_rejections|prompt_tokens_cached_by_source)_(total|created)$/,
    isAlike: isAbsent,
    why: 'vLLM 0.32 has it, and 0.24 had not',
  },
  {
    where: /^0\.24 vllm:request_num_preemptions(_created)?$/,
    isAlike: isAbsent,
    why: 'vLLM 0.32 has it, and 0.24 had not',
  },
  {
    where: /^0\.24 vllm:cache_config_info labels$/,
    isAlike: areNames,
    why: 'its fields are those of 0.32',
  },
  {
    where: /^0\.24 vllm:kv_offload_(allocation_failure|stores_skipped)_(total|created)$/,
    isAlike: isAbsent,
    why: 'vLLM has them since, the second where a threshold of reuse is set',
  },
  {
    where: /^0\.24 vllm:kv_offload_tiering_chunk_(hits|queries)_(total|created)$/,
    isAlike: isAbsent,
    why: 'vLLM has them where there are tiers below the host; here the host is a tier like the others',
  },
];

function isBeginningOf(a: unknown, b: unknown): boolean {
  return areNames(a, b) && (b as string).startsWith((a as string).replace(/ ?\+Inf$/, ''));
}

function areNames(a: unknown, b: unknown): boolean {
  return typeof a === 'string' && typeof b === 'string' && a !== '' && b !== '';
}

test.skipIf(!existsSync(join(DATA, PAGES[0]!.file)))(
  'every family of every page of a real vLLM is on that of the engine, with its type, words, labels and buckets, but for what has a reason',
  async () => {
    const own = { true: await ownPage(true), false: await ownPage(false) };
    const all = PAGES.flatMap(({ file, version, isOffloading }): Difference[] => {
      const recorded = families(lastPage(file));
      const found = own[`${isOffloading}`];
      const names = [...new Set([...Object.keys(recorded), ...Object.keys(found)])];
      return names.flatMap((name) =>
        differences(recorded[name], found[name], `${version} ${name}`),
      );
    });
    expect(unexplained(all, EXCEPTIONS)).toEqual({ differences: [], idle: [] });
  },
);

/** The engine's page after requests of every kind that leave a trace there, in virtual time. */
async function ownPage(isOffloading: boolean): Promise<Record<string, object>> {
  const wire = engineWire({
    ...{ model: 'llama', gpu: 'h100', blocks: 40 },
    ...(isOffloading && { offload: { preset: 'vllm', cpu: { capacityGB: 1 } } }),
  });
  const ask = (fill: string) =>
    wire.post('completions', { model: 'llama', prompt: `${fill} `.repeat(300), max_tokens: 2 });
  for (const fill of ['one', 'two', 'six', 'one']) await ask(fill);
  return families((await wire.get('metrics')).text);
}

function lastPage(file: string): string {
  const text = readFileSync(join(DATA, file), 'utf8');
  return file.endsWith('.txt') ? text : JSON.parse(text.trimEnd().split('\n').at(-1)!).text;
}

/** What is said of each family, and the names of its labels and the bounds of its buckets; no values. */
function families(page: string): Record<string, object> {
  const parts = page.split(/^# HELP /m).slice(1);
  return Object.fromEntries(
    parts.map((part) => {
      const [head, typed, ...lines] = part.trimEnd().split('\n') as [string, string, ...string[]];
      const at = head.indexOf(' ');
      const labels = new Set(
        lines.flatMap((line) => [...line.matchAll(/[{,](\w+)="/g)].map((m) => m[1]!)),
      );
      const bounds = new Set(lines.flatMap((line) => /[{,]le="([^"]+)"/.exec(line)?.[1] ?? []));
      return [
        head.slice(0, at),
        {
          help: head.slice(at + 1),
          type: typed.split(' ').at(-1),
          labels: [...labels].sort().join(),
          le: [...bounds].join(' '),
        },
      ];
    }),
  );
}
