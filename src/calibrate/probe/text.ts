import { counted } from '../../base/counted.ts';
import { measure, percent, seconds } from '../../report/number.ts';
import { field, listSections, type Section, type TableRow } from '../../report/section.ts';
import type { Limit } from './limits.ts';
import type { LoadCost } from './load.ts';
import type { Probed } from './probe.ts';
import type { ProfileConstant, Provenance } from './profile.ts';

export interface ProbeReport {
  readonly probed: Probed;
  readonly constants: readonly ProfileConstant[];
  readonly load: LoadCost | undefined;
  readonly provenance: Provenance;
  readonly tookMs: number;
  readonly dir: string;
  readonly file: string;
}

export function probeSections(report: ProbeReport): Section[] {
  const { probed, constants, provenance, tookMs, dir, file } = report;
  const { server, version, requests } = provenance;
  return [
    {
      title: `Calibrated: ${server}`,
      fields: [
        ...(version === undefined ? [] : [field('version', version)]),
        field('probes', `${counted(requests, 'request')} in ${seconds(tookMs)}`),
        ...overheadFields(probed),
        field('profile', `${file} (engine.gpu: ${file})`),
        field('folder', dir),
      ],
    },
    constantsSection(constants),
    settingsSection(probed),
    ...loadSections(report),
    residualsSection(probed),
    ...listSections('Notes', probed.notes),
  ];
}

function overheadFields({ checked: { healthMs }, constants: { values } }: Probed) {
  if (healthMs === undefined) return [];
  return [
    field(
      'network',
      `${measure(healthMs)} ms for GET /health on a connection of its own, of ${measure(values.apiMs)} ms that a request spends outside of steps`,
    ),
  ];
}

function constantsSection(constants: readonly ProfileConstant[]): Section {
  return {
    title: 'Constants, and where they lie with 95 % confidence',
    table: {
      columns: [
        { title: '' },
        { title: 'value', format: 'measure' },
        { title: 'low', format: 'measure' },
        { title: 'high', format: 'measure' },
        { title: '' },
        { title: 'from', detail: 1 },
        { title: 'of', detail: 2 },
      ],
      rows: constants.map(({ name, value, estimate, unit, how, says }) => ({
        cells: [name, value, estimate?.low, finite(estimate?.high), unit, how, says],
      })),
    },
  };
}

function finite(value: number | undefined): number | undefined {
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}

function settingsSection({ limits, cache }: Probed): Section {
  const row = (name: string, limit: Limit | undefined): TableRow => ({
    cells: [name, limitText(limit), limit?.how],
  });
  const caching = cache.isCaching === undefined ? '-' : cache.isCaching ? 'on' : 'off';
  return {
    title: 'How it is set up',
    table: {
      columns: [{ title: '' }, { title: 'value' }, { title: 'from' }],
      rows: [
        row('blockTokens', limits.blockTokens),
        { cells: ['prefixCaching', caching, 'probed'] },
        row('maxBatchedTokens', limits.maxBatchedTokens),
        row('maxSeqs', limits.maxSeqs),
        row('maxModelTokens', limits.maxModelTokens),
        row('blocks', limits.blocks),
        row('blocks below GPU', limits.tierBlocks),
      ],
    },
    notes: [
      'What is only known to be at least so much is left out of the profile: the engine then has its own default.',
    ],
  };
}

export function limitText(limit: Limit | undefined): string {
  if (!limit) return '-';
  const { value, low, high } = limit;
  if (value === undefined) return `at least ${low}`;
  return low === high ? String(value) : `${value} (${low} to ${high})`;
}

function loadSections({ load, probed: { tier } }: ProbeReport): Section[] {
  if (!tier) return [];
  if (!tier.hasTier)
    return [
      {
        lines: [
          'Nothing came back from below the GPU: prompts that had left it were computed again.',
        ],
      },
    ];
  const told =
    tier.readGBps === undefined
      ? []
      : [
          field(
            'its own counters',
            `${measure(tier.readGBps)} GB/s read, ${measure(tier.writeGBps)} GB/s written`,
          ),
        ];
  if (!load) return [{ title: 'Loading from below the GPU', fields: told }];
  const lengths = [...new Set(load.points.map(({ loadedTokens }) => loadedTokens))];
  return [
    {
      title: 'Loading from below the GPU',
      fields: told,
      table: {
        columns: [
          { title: 'tokens loaded', format: 'count' },
          { title: 'adds ms', format: 'measure' },
          { title: 'first token ms', format: 'measure' },
        ],
        rows: lengths.map((tokens) => {
          const those = load.points.filter(({ loadedTokens }) => loadedTokens === tokens);
          const mean = (of: (point: (typeof those)[number]) => number) =>
            those.reduce((sum, point) => sum + of(point), 0) / those.length;
          return { cells: [tokens, mean(({ ms, restMs }) => ms - restMs), mean(({ ms }) => ms)] };
        }),
      },
    },
  ];
}

function residualsSection({ constants: { residuals } }: Probed): Section {
  const kinds = [...new Set(residuals.map(({ kind }) => kind))];
  const errorOf = ({ ms, predictedMs }: (typeof residuals)[number]) => (predictedMs - ms) / ms;
  return {
    title: 'What the profile says of the probes, less what was measured',
    table: {
      columns: [
        { title: '' },
        { title: 'designs', format: 'count' },
        { title: 'mean error' },
        { title: 'worst' },
        { title: 'of' },
      ],
      rows: kinds.map((kind) => {
        const those = residuals.filter((one) => one.kind === kind);
        const worst = those.reduce((a, b) =>
          Math.abs(errorOf(a)) >= Math.abs(errorOf(b)) ? a : b,
        );
        const mean = those.reduce((sum, one) => sum + Math.abs(errorOf(one)), 0) / those.length;
        return { cells: [kind, those.length, percent(mean), percent(errorOf(worst)), worst.what] };
      }),
    },
  };
}
