import { isObject } from '../base/json.ts';
import { isFailure } from '../record/record.ts';
import type { ComparedRun, Side } from './compared-run.ts';

/** What may differ between runs that are compared: what is compared, and where it is. */
const COMPARED = new Set([
  'name',
  'output',
  'thresholds',
  'slo',
  'engine',
  'target.url',
  'target.model',
  'target.headers',
  'target.body',
  'target.ca',
  'target.insecure',
  'target.apiKeyEnv',
  'target.apiKeyFile',
  'target.apiKeyHeader',
  'sampling.priority',
  'sampling.cacheSalt',
  'population.partition',
]);
/** Other draws of the same distributions: requests are not the same ones, but of the same kind. */
const SEEDS = new Set(['seed']);
const PATHS_SHOWN = 6;

/** Failures leave percentiles: beyond this difference of their shares, those are of other requests. */
const FAILED_MAX = 0.05;
/** Of prompts of tools that do not say what they were. */
const INPUT_TOKENS_MAX = 0.02;

/** Why two sides cannot be compared: a line for each reason; none if they can. */
export function refusals(a: Side, b: Side): string[] {
  const reasons = a.runs.flatMap((one) => b.runs.flatMap((other) => refusalsOf(one, other)));
  return [...new Set(reasons)];
}

function refusalsOf(a: ComparedRun, b: ComparedRun): string[] {
  return [...workloads(a, b), ...populations(a, b), ...definitions(a, b)];
}

function workloads(a: ComparedRun, b: ComparedRun): string[] {
  if (a.scenario && b.scenario) {
    const paths = differences(a.scenario, b.scenario).filter((path) => !DEFINING.has(path));
    const shown = paths.slice(0, PATHS_SHOWN).join(', ');
    const more = paths.length > PATHS_SHOWN ? ` and ${paths.length - PATHS_SHOWN} more` : '';
    if (paths.length) return [`the workloads differ: ${shown}${more}`];
    if (a.scenario.seed === b.scenario.seed && a.workloadDigest !== b.workloadDigest) {
      return ['the workloads differ: other data or texts, by their digests'];
    }
    return [];
  }
  if (a.workloadDigest !== undefined && b.workloadDigest !== undefined) {
    return a.workloadDigest === b.workloadDigest ? [] : ['the workloads differ, by their digests'];
  }
  const [one, other] = [inputTokens(a), inputTokens(b)];
  if (one === undefined || other === undefined) return [];
  return Math.abs(one - other) > INPUT_TOKENS_MAX * Math.max(one, other)
    ? [
        `the workloads differ: input tokens are ${one.toFixed(1)} and ${other.toFixed(1)} on average`,
      ]
    : [];
}

function populations(a: ComparedRun, b: ComparedRun): string[] {
  const reasons: string[] = [];
  const [burstA, burstB] = [a.startUp.size, b.startUp.size];
  if ((burstA === 0) !== (burstB === 0) && a.records.length && b.records.length) {
    reasons.push(
      `the populations of percentiles differ: ${(burstA ? a : b).path} leaves out the burst of its start, ${(burstA ? b : a).path} has it`,
    );
  }
  const [failedA, failedB] = [failedShare(a), failedShare(b)];
  if (Math.abs(failedA - failedB) > FAILED_MAX) {
    reasons.push(
      `the populations of percentiles differ: ${percent(failedA)} and ${percent(failedB)} of the requests failed, and have no latency`,
    );
  }
  return reasons;
}

/** Of the target: what changes the meaning of a number. */
const DEFINING: ReadonlySet<string> = new Set(['target.stream', 'target.api']);

function definitions(a: ComparedRun, b: ComparedRun): string[] {
  const reasons: string[] = [];
  if (a.scenario && b.scenario) {
    const [one, other] = [a.scenario.target, b.scenario.target];
    if (one.stream !== other.stream) {
      reasons.push('the definitions differ: TTFT of a whole answer is its latency (target.stream)');
    }
    if (one.api !== other.api) {
      reasons.push(`the definitions differ: target.api is ${one.api} and ${other.api}`);
    }
  }
  if (a.clock !== undefined && b.clock !== undefined && a.clock !== b.clock) {
    reasons.push(
      'the definitions differ: the time of one run was simulated, that of the other not',
    );
  }
  return reasons;
}

/** Paths of all fields that differ and may not. */
function differences(a: unknown, b: unknown, path = ''): string[] {
  if (COMPARED.has(path) || SEEDS.has(path)) return [];
  if (!isObject(a) || !isObject(b)) {
    return JSON.stringify(a) === JSON.stringify(b) ? [] : [path];
  }
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return names.flatMap((name) => differences(a[name], b[name], path ? `${path}.${name}` : name));
}

function failedShare({ records }: ComparedRun): number {
  let failed = 0;
  let ended = 0;
  for (const { status } of records) {
    if (isFailure(status)) failed++;
    if (status === 'ok' || isFailure(status)) ended++;
  }
  return ended ? failed / ended : 0;
}

function inputTokens({ records, told }: ComparedRun): number | undefined {
  let sum = 0;
  let count = 0;
  for (const { status, inputTokens } of records) {
    if (status !== 'ok' || inputTokens === undefined) continue;
    sum += inputTokens;
    count++;
  }
  return count ? sum / count : told['inputTokens.mean'];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
