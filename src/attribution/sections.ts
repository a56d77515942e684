import { amount, measure, percent } from '../report/number.ts';
import { sectionsText } from '../report/render/text.ts';
import { type Field, field, type Section, type TableRow } from '../report/section.ts';
import { bandsSection } from './bands-section.ts';
import type { Explanation } from './explanation.ts';
import type { Coefficient, Fit, TooFew } from './fit.ts';
import type { Fitted, TierReload } from './reload.ts';
import { sentenceOf } from './sentence.ts';
import { nameOf } from './timed-request.ts';
import { PART_NAMES, PARTS, totalMs, type Waterfall } from './waterfall.ts';
import {
  type CauseWords,
  grouped,
  LEFT_OUT_WORDS,
  listed,
  TPOT_WORDS,
  TTFT_WORDS,
} from './words.ts';

export function explanationText(explanation: Explanation, width?: number): string {
  return sectionsText(explanationSections(explanation), width);
}

export function explanationSections(explanation: Explanation): Section[] {
  const { ttft, tpot, bands, requests } = explanation;
  if (!requests.explained) {
    return [{ title: titleOf(explanation), lines: ['No measured request was answered.'] }];
  }
  return [
    { title: titleOf(explanation), fields: headFields(explanation) },
    ...chosenSections(explanation),
    fitSection(
      ttft.queueFrom === 'told' ? 'TTFT without the queue, by cause' : 'TTFT, by cause',
      ttft.prefill,
      TTFT_WORDS,
      ttft.queue ? [] : waitingLines(explanation),
    ),
    ...(ttft.queue
      ? [fitSection('Queue as told, by cause', ttft.queue, TTFT_WORDS, waitingLines(explanation))]
      : []),
    fitSection('Gaps between tokens (ITL), by cause', tpot, TPOT_WORDS),
    reloadSection(explanation),
    bandsSection(bands),
  ];
}

function titleOf({ name }: Explanation): string {
  return `Where the time of ${name} went`;
}

const EXTERNAL_WORDS = {
  told: 'as the server tells',
  distance:
    'by stack distance: what lay deeper than the GPU has blocks came from below it, as the server tells cached tokens alone',
  none: '',
} satisfies Record<Explanation['externalFrom'], string>;

function headFields({ requests, tokens, externalFrom, told, ttft }: Explanation): Field[] {
  const { uncached, local, external, storage } = tokens;
  const left = requests.leftOut ? `, ${grouped(requests.leftOut)} left out: not answered` : '';
  const parts = [
    ...(uncached === undefined ? [] : [`${grouped(uncached)} uncached`]),
    ...(local === undefined ? [] : [`${grouped(local)} cached on the GPU`]),
    ...(external === undefined
      ? []
      : [
          `${grouped(external)} from below it${storage ? `, ${grouped(storage)} of them from storage` : ''}`,
        ]),
  ];
  const { externalTokens } = told;
  return [
    field(
      'requests',
      `${grouped(requests.explained)} of ${grouped(requests.sessions)} sessions${left}`,
    ),
    field(
      'input tokens',
      parts.length ? parts.join(', ') : 'the server does not tell which were cached',
      ...(external !== undefined && externalFrom !== 'told' ? [EXTERNAL_WORDS[externalFrom]] : []),
      ...(externalFrom === 'distance' && externalTokens !== undefined
        ? [`the server counts ${grouped(externalTokens)} from below it in all`]
        : []),
    ),
    field(
      'queue',
      ttft.queueFrom === 'told'
        ? 'as the server tells for each request'
        : 'fitted: the server does not tell it',
    ),
  ];
}

/** Of the variance, and of the mean: where less is explained, and more is left, a fit says little. */
const POOR_SHARE = 0.5;
const POOR_REST = 0.2;
const POOR_REST_MS = 1;
const POOR = ' It fits badly: most of what makes them differ is none of these.';

/** More of the requests than scatter makes. */
const BELOW_SHARE = 0.1;
/** A step or two are no wave. */
const BELOW_MS = 20;

function belowText({ base, belowBase, requests }: Fit): string {
  if (base.value < BELOW_MS || belowBase < BELOW_SHARE * requests) return '';
  return ` ${grouped(belowBase)} took far less than every one is said to: what those waited for that came together is in it.`;
}

function isPoor({ explainedShare, residualMs, meanMs }: Fit): boolean {
  return explainedShare < POOR_SHARE && residualMs > Math.max(POOR_REST_MS, POOR_REST * meanMs);
}

function waitingLines({ waiting, requests }: Explanation): string[] {
  if (!waiting) return [];
  return [
    `${grouped(waiting.requests)} of ${grouped(requests.explained)} waited for room, while those that ran held up to ${grouped(waiting.heldBlocks)} blocks: the queue moved as answers ended. What a token ahead takes holds the steps of those answers, and is more than its computing.`,
  ];
}

/** What stands for a number that is none. */
const FINDINGS: Partial<Record<Coefficient['finding'], string>> = {
  nothing: 'as good as 0',
  unclear: 'cannot tell',
};

function fitSection<Name extends string>(
  title: string,
  fit: Fit<Name> | TooFew,
  words: Readonly<Record<Name | 'base', CauseWords>>,
  more: readonly string[] = [],
): Section {
  if ('tooFew' in fit) return { title, lines: [`too few to tell: ${fit.tooFew}`] };
  const order = Object.keys(words);
  const hasBase = !fit.leftOut.some(({ name }) => name === 'base');
  const shown = [...(hasBase ? [fit.base] : []), ...fit.coefficients].sort(
    (a: Coefficient, b: Coefficient) => order.indexOf(a.name) - order.indexOf(b.name),
  );
  const notes = Object.entries(LEFT_OUT_WORDS)
    .flatMap(([why, says]) => {
      const names = fit.leftOut.filter((one) => one.why === why);
      return names.length
        ? [`${listed(names.map(({ name }) => words[name].label))} (${says})`]
        : [];
    })
    .join(', ');
  return {
    title,
    table: {
      columns: [
        { title: 'one of' },
        { title: 'takes' },
        { title: '95 %' },
        { title: 'unit' },
        { title: 'mean', unit: 'ms' },
      ],
      rows: shown.map(({ name, value, interval95: [low, high], meanMs, finding }) => {
        const { label, unit, factor } = words[name];
        const scaled = (number: number) => measure(factor * number, 3);
        return {
          cells: [
            label,
            FINDINGS[finding] ?? scaled(value),
            `${scaled(low)} to ${scaled(high)}`,
            unit,
            finding === 'unclear' ? undefined : meanMs,
          ],
        };
      }),
    },
    notes: [
      `Mean ${measure(fit.meanMs)} ms of ${grouped(fit.requests)} requests; ${percent(fit.explainedShare)} of the variance is explained, and one is off by ${measure(fit.residualMs, 3)} ms (root mean square).${isPoor(fit) ? POOR : ''}${belowText(fit)}${notes ? ` Left out: ${notes}.` : ''}`,
      ...more,
    ],
  };
}

const TIER_WORDS = {
  below: 'from below the GPU',
  host: "from the host's memory",
  storage: 'from storage',
} satisfies Record<TierReload['tier'], string>;

const VERDICTS = {
  pays: 'it takes less than computing it: the tier pays',
  costs: 'it takes more than computing it: the tier costs time',
  'cannot tell': 'cannot tell whether it takes less than computing it',
} satisfies Record<TierReload['verdict'], string>;

const WHAT_IS_FITTED =
  'Fitted: all that a first token waits for by such a token, so looking it up and reading the longer prompt as well.';
const WHAT_IS_ALIKE =
  'Loads are too much alike to tell what a token takes from what every load takes (setting it up, waiting for a step): its microseconds hold both, and no bandwidth follows from them.';

function reloadSection({ reload }: Explanation): Section {
  const { tiers, loadMs, toldGBps, computeUs, breakEvenGBps } = reload;
  const notes = [
    ...(tiers.some(({ GBps }) => GBps) ? [WHAT_IS_FITTED] : []),
    ...(tiers.some(({ isWithFixed }) => isWithFixed) ? [WHAT_IS_ALIKE] : []),
  ];
  return {
    title: 'Loading a token from below the GPU, or computing it',
    fields: [
      ...(toldGBps === undefined
        ? []
        : [
            field(
              'transfers',
              `${measure(toldGBps, 3)} GB/s: their bytes over their time, as the server counts them`,
            ),
          ]),
      ...(tiers.length ? tiers.map(tierField) : [field('loads', 'none are known of')]),
      ...(loadMs ? [field('and a load', fittedText(loadMs, 'ms'))] : []),
      ...(computeUs ? [field('computing', fittedText(computeUs, 'µs'))] : []),
      ...(breakEvenGBps ? [field('break-even', fittedText(breakEvenGBps, 'GB/s'))] : []),
    ],
    ...(notes.length && { notes }),
  };
}

function tierField({ tier, loadUs, isWithFixed, GBps, verdict }: TierReload): Field {
  const label = TIER_WORDS[tier];
  if (!loadUs) return field(label, 'too little to tell: too few loads, or too much alike');
  return field(
    label,
    `${fittedText(loadUs, 'µs')}${isWithFixed ? ', with its share of what every load takes' : ''}`,
    ...(GBps ? [fittedText(GBps, 'GB/s')] : []),
    VERDICTS[verdict],
  );
}

function fittedText({ value, interval95: [low, high] }: Fitted, unit: string): string {
  return `${measure(value, 3)} ${unit} (${measure(low, 3)} to ${measure(high, 3)})`;
}

const SENTENCES_MAX = 8;
const COLUMNS_MAX = 3;

function chosenSections(explanation: Explanation): Section[] {
  const { chosen, meanOfChosen, counterfactual } = explanation;
  const several = chosen.length > 1;
  const columns = [
    ...(several ? [{ name: 'mean', waterfall: meanOfChosen }] : []),
    ...chosen
      .slice(0, COLUMNS_MAX)
      .map(({ request, waterfall }) => ({ name: nameOf(request), waterfall })),
  ];
  const shown = PART_NAMES.filter((part) =>
    columns.some(({ waterfall }) => Math.abs(waterfall[part]) >= 0.0005),
  );
  const first = columns[0]!.waterfall;
  const row = (label: string, of: (waterfall: Waterfall) => number): TableRow => ({
    cells: [label, ...columns.map(({ waterfall }) => of(waterfall)), percentOf(of(first), first)],
  });
  const hidden = chosen.length - SENTENCES_MAX;
  return [
    {
      title: chosenTitle(explanation),
      lines: [
        ...chosen.slice(0, SENTENCES_MAX).map((one) => sentenceOf(one, counterfactual)),
        ...(hidden > 0 ? [`and ${grouped(hidden)} more: --json has them all`] : []),
      ],
    },
    {
      table: {
        columns: [
          { title: 'ms' },
          ...columns.map(({ name }, index) => ({
            title: name,
            ...(index > 0 && { detail: index }),
          })),
          { title: '%' },
        ],
        rows: [
          ...shown.map((part) => row(part, (waterfall) => waterfall[part])),
          row('all', totalMs),
        ],
      },
      terms: shown.map((part) => ({ term: part, says: PARTS[part] })),
    },
  ];
}

function percentOf(ms: number, waterfall: Waterfall): string {
  const tenths = Math.round((1000 * ms) / totalMs(waterfall));
  // Not -0.
  return ((tenths || 0) / 10).toFixed(1);
}

function chosenTitle({ selection, chosen, requests }: Explanation): string {
  const by = selection.by === 'ttft' ? 'TTFT' : 'latency';
  if ('request' in selection) return `Request ${selection.request}`;
  if ('quantile' in selection) return `The request at p${100 * selection.quantile} of ${by}`;
  return `The slowest ${amount(100 * selection.slowest)} % by ${by}: ${chosen.length} of ${grouped(requests.explained)}`;
}
