import { counted } from '../base/counted.ts';
import { measure } from '../report/number.ts';
import type { Section } from '../report/section.ts';
import type { Option, SizeSettings } from './option.ts';
import { purchaseSections } from './purchase-text.ts';
import type { SizeShown } from './shown.ts';
import { GAPS } from './size.ts';
import { pricedTiers, TIERS } from './tiers.ts';

/** What to buy, and why. */
export function sizeSections(shown: SizeShown): Section[] {
  const alone = shown.sized.options.length ? [answerSection(shown)] : [];
  return [...alone, ...purchaseSections(shown), paysSection(shown)];
}

function answerSection({ settings, sized, limits, measures }: SizeShown): Section {
  const { options } = sized;
  const lines = [...options.flatMap((option) => unmetText(option, measures)), ...cheapest(options)];
  return {
    title: `The fewest GB for ${limits.join(', ')}`,
    table: {
      columns: [
        { title: 'tier' },
        { title: 'gaps' },
        { title: 'GB' },
        { title: 'interval' },
        { title: 'price' },
        { title: 'runs', format: 'count', detail: 1 },
      ],
      rows: options.map((option) => ({
        cells: [
          TIERS[option.tier].says,
          option.gaps,
          gbText(option),
          option.interval95?.map((end) => measure(end)).join(' to '),
          option.price === undefined ? undefined : measure(option.price),
          option.runs.length,
        ],
      })),
    },
    ...(lines.length > 0 && { lines }),
    notes: [
      `Intervals are of 95 %, over the seeds. GB are those of one engine${settings.scenario.engine.replicas.count > 1 ? `, of ${settings.scenario.engine.replicas.count}; the price is of all of them` : ''}. Each tier is varied alone; the others are as the scenario has them (${hasText(settings)}), and count in the price.`,
      ...sized.seedless.map(
        (gaps) =>
          `Of ${gaps} gaps nothing is drawn by chance: every seed plays the same, so that a size is one run, and the interval goes from a size that does not meet it to one that does.`,
      ),
    ],
  };
}

function gbText({ answer, gb }: Option): string {
  if (gb === undefined) return answer;
  return answer === 'anything' ? `${measure(gb)} or less` : measure(gb);
}

function hasText({ prices, scenario }: SizeSettings): string {
  return pricedTiers(prices)
    .map((tier) => `${TIERS[tier].says} ${measure(TIERS[tier].hasGB(scenario))} GB`)
    .join(', ');
}

/** The best there is, of runs that keep everything. */
function unmetText({ answer, tier, gaps, runs, unlimitedGB }: Option, measures: readonly string[]) {
  if (answer !== 'unmet' && answer !== 'undecided') return [];
  const most = Math.max(...runs.map(({ gb }) => gb));
  const last = runs.filter(({ gb }) => gb === most);
  const best = measures.flatMap((name) => {
    const values = last.flatMap(({ result }) => result.readings[name]?.value ?? []);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return values.length > 0 ? [`${name} ${measure(mean)}`] : [];
  });
  const failed = last.reduce((sum, { result }) => sum + result.failed, 0);
  const how = [...best, ...(failed > 0 ? [counted(failed, 'failed request')] : [])].join(', ');
  return [
    answer === 'unmet'
      ? `${TIERS[tier].says}, ${gaps} gaps: no size meets it. With ${measure(most)} GB, where all there is to keep is ${measure(unlimitedGB)} GB: ${how}.`
      : `${TIERS[tier].says}, ${gaps} gaps: it cannot be said for certain by ${counted(runs.length, 'run')}; with ${measure(most)} GB: ${how}. Longer runs, or --max-repeats, may tell.`,
  ];
}

function cheapest(options: readonly Option[]): string[] {
  return GAPS.flatMap((gaps) => {
    const priced = options
      .filter((option) => option.gaps === gaps && option.price !== undefined)
      .sort((a, b) => a.price! - b.price!);
    const [first, second] = priced;
    if (!first || !second) return [];
    return [
      `Of ${gaps} gaps the ${TIERS[first.tier].says} is cheaper: ${measure(first.price!)} against ${measure(second.price!)}.`,
    ];
  });
}

const APART =
  'Periodic gaps make a cliff, where all users fit or none do; random ones of the same mean a line: what is measured with even gaps says little of uneven ones.';
const SAME =
  'It is the same for both kinds of gaps: pacing.pauseSec decides nothing of the order of these requests.';

function paysSection({ settings, sized }: SizeShown): Section {
  const percent = `${measure(settings.paysShare * 100)} %`;
  const known = GAPS.flatMap((gaps) => (sized.worth[gaps] ? [{ gaps, ...sized.worth[gaps] }] : []));
  const [first, ...others] = known.map(({ points }) => JSON.stringify(points));
  const isSame = others.every((points) => points === first);
  return {
    title: 'Where another GB no longer pays',
    table: {
      columns: [
        { title: 'gaps' },
        { title: 'pays up to GB' },
        { title: 'hit share there', format: 'percent' },
        { title: 'with half', format: 'percent' },
        { title: 'all blocks GB' },
      ],
      rows: known.map(({ gaps, paysUpToGB, points, unlimitedGB }) => ({
        cells: [
          gaps,
          measure(paysUpToGB),
          ...[1, 0.5].map((part) => points.find(({ gb }) => gb >= paysUpToGB * part)?.share),
          measure(unlimitedGB),
        ],
      })),
    },
    notes: [
      `From there on another GB finds less than ${percent} of the input tokens more, in one LRU cache that is asked one request after the other. ${isSame ? SAME : APART}`,
    ],
  };
}
