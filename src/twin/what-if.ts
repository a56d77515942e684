import type { TurnRecord } from '../record/record.ts';
import { Column } from '../stats/column.ts';
import { METRICS } from '../stats/metrics.ts';
import { type Distribution, distributionOf } from '../stats/quantile.ts';
import { Tokens } from '../stats/tokens.ts';
import type { Changed } from './changes.ts';
import { JUDGED_STATISTICS } from './errors.ts';
import { TIMES } from './measures.ts';
import { doneOf, type WhatIfSide } from './what-if-side.ts';
import type { WhatIfWindow } from './what-if-windows.ts';

/** A number of them; an absent one is unknown. */
export interface WhatIfRow {
  readonly name: string;
  readonly unit: 'ms' | 'share' | 'requests' | 's' | '/s';
  readonly measured?: number;
  readonly twin?: number;
  readonly whatIf?: number;
  /** (what if - twin) / twin, or of what was measured, without a twin; of shares the difference. */
  readonly change?: number;
}

/** What a run would have been with something changed. */
export interface WhatIf {
  /** The run folder, and the run's name. */
  readonly like: string;
  readonly name: string;
  readonly changed: readonly Changed[];
  /** The engine that stands for that of the run; absent: none does, and changes are against what was measured. */
  readonly standIn?: string;
  readonly rows: readonly WhatIfRow[];
  readonly windows: readonly WhatIfWindow[];
  /** The run folder of what was played. */
  readonly dir: string;
}

export function whatIfRows(
  measured: WhatIfSide,
  twin: WhatIfSide | undefined,
  whatIf: WhatIfSide,
): WhatIfRow[] {
  const [a, b, c] = [numbersOf(measured), twin && numbersOf(twin), numbersOf(whatIf)];
  return c.flatMap(({ name, unit, value }, place) => {
    const [seen, said] = [a[place]?.value, b?.[place]?.value];
    const base = b ? said : seen;
    if (seen === undefined && value === undefined) return [];
    const change = changeOf(unit, base, value);
    return [
      {
        ...{ name, unit },
        ...(seen !== undefined && { measured: seen }),
        ...(said !== undefined && { twin: said }),
        ...(value !== undefined && { whatIf: value }),
        ...(change !== undefined && { change }),
      },
    ];
  });
}

function changeOf(
  unit: WhatIfRow['unit'],
  base: number | undefined,
  value: number | undefined,
): number | undefined {
  if (base === undefined || value === undefined) return undefined;
  if (unit === 'share') return value - base;
  if (base === value) return 0;
  return base === 0 ? undefined : value / base - 1;
}

interface Numbered {
  readonly name: string;
  readonly unit: WhatIfRow['unit'];
  readonly value: number | undefined;
}

/** The same rows of any side, by the paths that they have in summary.json. */
function numbersOf({ records, measuredMs }: WhatIfSide): Numbered[] {
  const done = doneOf({ records });
  const tokens = new Tokens();
  for (const record of done) tokens.add(record);
  const { cache, outputTokens } = tokens.close();
  const perSec = (count: number | undefined) =>
    count === undefined || !(measuredMs > 0) ? undefined : (1000 * count) / measuredMs;
  return [
    ...TIMES.flatMap((name) => {
      const distribution = distributionOfTime(done, METRICS[name].of);
      return JUDGED_STATISTICS.map((statistic): Numbered => {
        return { name: `${name}.${statistic}`, unit: 'ms', value: distribution?.[statistic] };
      });
    }),
    { name: 'cache.share', unit: 'share', value: cache.share },
    { name: 'counts.completed', unit: 'requests', value: done.length },
    { name: 'rates.achievedPerSec', unit: '/s', value: perSec(done.length) },
    { name: 'rates.outputTokensPerSec', unit: '/s', value: perSec(outputTokens) },
    { name: 'time.measuredMs', unit: 's', value: measuredMs / 1000 },
  ];
}

function distributionOfTime(
  records: readonly TurnRecord[],
  of: (record: TurnRecord) => number | undefined,
): Distribution | undefined {
  const column = new Column();
  for (const record of records) column.add(of(record));
  return distributionOf(column);
}
