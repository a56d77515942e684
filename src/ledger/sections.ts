import { counted } from '../base/counted.ts';
import { percent, seconds } from '../report/number.ts';
import { type Field, field, listSections, type Section, type TableRow } from '../report/section.ts';
import { quantile } from '../stats/exact.ts';
import {
  CAUSE_NAMES,
  CAUSES,
  type Cause,
  isOutOfReach,
  SURPLUS_NAMES,
  SURPLUSES,
} from './causes.ts';
import { contaminationLines } from './contamination.ts';
import type { Entry } from './entry.ts';
import type { Ledger } from './explain.ts';
import type { Facts } from './facts.ts';
import { groupSections } from './group-sections.ts';
import { deficitNames, lostTokens, type Sums, surplusTokens } from './sums.ts';

export function ledgerSections(ledger: Ledger, run: string): Section[] {
  const { total, contamination, leftOut } = ledger;
  if (total.requests === 0) {
    return [{ title: `Prompt tokens of ${run}`, lines: [noneText(leftOut)] }];
  }
  return [
    ...listSections('Warnings', warningsOf(ledger), { isWarning: true }),
    { title: `Prompt tokens of ${run}`, fields: headFields(ledger) },
    causesSection(ledger),
    ...groupSections(ledger),
    ...listSections('Found at first touch', contaminationLines(contamination)),
    meaningsSection(total),
  ];
}

function noneText(leftOut: Ledger['leftOut']): string {
  const reasons = leftOutText(leftOut);
  return `No measured request was completed whose tokens the engine counted${reasons && `: ${reasons}`}.`;
}

function leftOutText(leftOut: Ledger['leftOut']): string {
  return Object.entries(leftOut)
    .flatMap(([why, count]) =>
      count > 0 ? [`${count} ${LEFT_OUT[why as keyof typeof LEFT_OUT]}`] : [],
    )
    .join(', ');
}

const LEFT_OUT = {
  uncounted: 'without counts of its tokens by the engine',
  cumulative: 'sent without a history',
  agents: 'of agents, who keep none',
} satisfies Record<keyof Ledger['leftOut'], string>;

function warningsOf({ total, leftOut }: Ledger): string[] {
  const reasons = leftOutText(leftOut);
  return [
    ...(reasons ? [`requests that are not in here: ${reasons}`] : []),
    ...(total.reported > 0 && total.observedTokens === 0 && total.idealTokens > 0
      ? ['nothing was ever found: is prefix caching switched on?']
      : []),
    ...(total.residualTokens > 0
      ? [`the sums differ by ${total.residualTokens} tokens: this is a bug of confab`]
      : []),
  ];
}

function headFields(ledger: Ledger): Field[] {
  const { total, blockTokens, facts } = ledger;
  const { requests, reported, inputTokens, ideal, observedTokens } = total;
  const share = (tokens: number): string => percent(tokens / inputTokens);
  const silent = requests - reported;
  return [
    field('requests', `${requests}, of ${counted(inputTokens, 'prompt token')}`),
    field('blocks', `of ${blockTokens} tokens`, ...engineLines(facts)),
    field(
      'ideal',
      `${share(total.idealTokens)} of them could be found, had nothing ever been lost`,
      `${share(ideal.answers)} if answers come back token by token, ${share(ideal.prompts)} prompts alone, ${share(ideal.shared)} what ${ledger.byTenant.length > 1 ? 'a tenant shares' : 'all share'} alone`,
    ),
    ...predictedFields(ledger),
    field(
      'found',
      reported === 0
        ? 'not reported (vLLM: --enable-prompt-tokens-details, SGLang: --enable-cache-report)'
        : `${share(observedTokens)} ${silent ? `of those of all, by the ${reported} that told` : 'of them'}`,
      ...(facts.tierBlocks === undefined ? [] : tierLines(total)),
    ),
    field('lost', lostText(total)),
  ];
}

function engineLines({ gpuBlocks, gpuFrom, tierBlocks, ttlMs, clockMs }: Facts): string[] {
  return [
    ...(gpuBlocks === undefined
      ? []
      : [`the cache has ${FROM[gpuFrom!](String(Math.floor(gpuBlocks)))}`]),
    ...(tierBlocks === undefined
      ? []
      : [
          Number.isFinite(tierBlocks)
            ? `and ${Math.floor(tierBlocks)} of them below the GPU`
            : 'and more below the GPU than was needed',
        ]),
    ...(ttlMs === undefined ? [] : [`what nobody used for ${seconds(ttlMs)} is forgotten`]),
    ...(clockMs === undefined
      ? []
      : [`a clock stands before every prompt: it changes every ${seconds(clockMs)}`]),
  ];
}

const FROM = {
  given: (blocks) => `${blocks} of them, as was said`,
  told: (blocks) => `${blocks} of them, as the server says`,
  inferred: (blocks) => `about ${blocks} of them, as the hits show`,
  bound: (blocks) => `at most ${blocks} of them: nothing was found that needs more`,
} satisfies Record<NonNullable<Facts['gpuFrom']>, (blocks: string) => string>;

function predictedFields({ total, entries, capacityBlocks, facts }: Ledger): Field[] {
  if (total.predictedTokens === undefined) return [];
  const alike = entries.filter(
    ({ evidence, reference }) => evidence.predictedTokens === reference.record.cachedTokens,
  ).length;
  return [
    field(
      'predicted',
      `${percent(total.predictedTokens / total.inputTokens)} by an LRU cache of ${capacityBlocks} blocks${facts.tierBlocks === undefined ? '' : ' and what is below it'}; as found in ${alike} of ${total.requests} requests`,
    ),
  ];
}

function tierLines({ external, observedTokens }: Sums): string[] {
  if (!external || observedTokens === 0) return [];
  const storage = external.storageTokens
    ? `, ${percent(external.storageTokens / observedTokens)} from storage`
    : '';
  return [`${percent(external.tokens / observedTokens)} of that from below the GPU${storage}`];
}

/** The largest of the causes, in words, with their share of what was lost. */
export function lostText(total: Sums, most = 3): string {
  const lost = lostTokens(total);
  if (lost === 0) return 'nothing';
  const largest = deficitNames(total)
    .sort((a, b) => total.causes[b] - total.causes[a])
    .map((cause) => `${CAUSES[cause].title} ${percent(total.causes[cause] / lost)}`);
  const rest = largest.length > most ? ', …' : '';
  return `${counted(lost, 'token')}: ${largest.slice(0, most).join(', ')}${rest}`;
}

function causesSection({ total, entries }: Ledger): Section {
  const row = (title: string, tokens: number, requests?: number, level = 1): TableRow => ({
    cells: [title, tokens, tokens / total.inputTokens, requests, undefined, undefined],
    ...(level > 0 && { level }),
  });
  const rows = (names: readonly Cause[]): TableRow[] =>
    names
      .filter((cause) => total.causes[cause] > 0)
      .map((cause) => {
        const of = entries.filter(({ causes }) => causes[cause]);
        const { cells, ...rest } = row(CAUSES[cause].title, total.causes[cause], of.length);
        const seen = isOutOfReach(cause) ? [undefined, undefined] : whereabouts(of);
        return { ...rest, cells: [...cells.slice(0, -seen.length), ...seen] };
      });
  const beyond = SURPLUS_NAMES.filter((name) => total.surplus[name] > 0);
  return {
    title: 'Where they went',
    table: {
      columns: [
        { title: '' },
        { title: 'tokens', format: 'count' },
        { title: 'share', format: 'percent' },
        { title: 'requests', format: 'count' },
        { title: 'blocks since', format: 'measure', detail: 1 },
        { title: 'idle', unit: 's', format: 'measure', detail: 2 },
      ],
      rows: [
        row('found', total.observedTokens, total.reported, 0),
        ...(beyond.length ? [row('beyond the ideal', -surplusTokens(total), undefined, 0)] : []),
        ...beyond.map((name) =>
          row(
            SURPLUSES[name].title,
            -total.surplus[name],
            entries.filter(({ surplus }) => surplus[name]).length,
          ),
        ),
        row('lost', lostTokens(total), undefined, 0),
        ...rows(CAUSE_NAMES.filter((cause) => !isOutOfReach(cause))),
        row('out of reach', total.inputTokens - total.idealTokens, undefined, 0),
        ...rows(CAUSE_NAMES.filter(isOutOfReach)),
        row('all', total.inputTokens, total.requests, 0),
      ],
    },
    notes: [
      `Found${beyond.length ? ' less what is beyond it' : ''} and lost are the ideal; with what is out of reach, all. Each token is in one row: the residual is ${counted(total.residualTokens, 'token')}.`,
      'Blocks since, idle: how many blocks were used since the first that is missing was, and how long ago that is; medians.',
    ],
  };
}

/** Of the first blocks that were missing, in the median: how many were used since, and seconds since then. */
function whereabouts(entries: readonly Entry[]): [number | undefined, number | undefined] {
  const lost = entries.flatMap(({ evidence }) => evidence.lost ?? []);
  if (!lost.length) return [undefined, undefined];
  const median = (values: readonly number[]) => quantile(Float64Array.from(values).sort(), 0.5);
  return [
    median(lost.map(({ distance }) => distance)),
    median(lost.map(({ idleMs }) => idleMs)) / 1000,
  ];
}

function meaningsSection(total: Sums): Section {
  return {
    title: 'Words',
    terms: [
      ...CAUSE_NAMES.filter((cause) => total.causes[cause] > 0).map((cause) => ({
        term: CAUSES[cause].title,
        says: CAUSES[cause].says,
      })),
      ...SURPLUS_NAMES.filter((name) => total.surplus[name] > 0).map((name) => ({
        term: SURPLUSES[name].title,
        says: SURPLUSES[name].says,
      })),
    ],
  };
}
