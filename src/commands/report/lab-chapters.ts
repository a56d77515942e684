import { UsageError } from '../../base/errors.ts';
import type { Exportable } from '../../export/exports.ts';
import type { Figure } from '../../report/figures/figure.ts';
import type { Chapter, Content } from '../../report/html/chapter.ts';

type LabChapter = Chapter<Exportable> & {
  /** Of more requests it would take longer than all the rest of the page. */
  readonly requestsMax: number;
  /** What says it of more. */
  readonly command: string;
  /** It says nothing of a run whose engine does not tell what it found in its cache. */
  readonly isOfHits?: true;
};

/** What the verbs of the cache and of latency say of a run by themselves, without a flag. */
const LAB: readonly LabChapter[] = [
  {
    id: 'curve',
    title: 'Caches of every size',
    requestsMax: 10_000,
    command: 'cache curve',
    of: curveChapter,
  },
  {
    id: 'ledger',
    title: 'What was lost of the cache, and why',
    requestsMax: 50_000,
    command: 'cache explain',
    isOfHits: true,
    of: ledgerChapter,
  },
  {
    id: 'capacity',
    title: 'The capacity that hits tell of',
    requestsMax: 20_000,
    command: 'cache capacity',
    isOfHits: true,
    of: capacityChapter,
  },
  {
    id: 'survival',
    title: 'Survival in the cache',
    requestsMax: 20_000,
    command: 'cache survival',
    isOfHits: true,
    of: survivalChapter,
  },
  {
    id: 'latency-explained',
    title: 'What requests waited for',
    requestsMax: 20_000,
    command: 'explain',
    of: latencyChapter,
  },
];

/** Where one has nothing to say of a run, why. */
export const LAB_CHAPTERS: readonly Chapter<Exportable>[] = LAB.map(
  ({ id, title, requestsMax, command, isOfHits, of }) => ({
    id,
    title,
    of: async (about) => {
      const { counts, cache } = about.summary;
      if (!counts.completed || (isOfHits && cache.share === undefined)) return undefined;
      if (counts.completed > requestsMax) {
        return told(`Of more than ${requestsMax} requests confab ${command} says it.`);
      }
      try {
        return await of(about);
      } catch (error) {
        if (error instanceof UsageError) return told(error.message);
        throw error;
      }
    },
  }),
);

function told(why: string): Content {
  return { sections: [{ lines: [why] }] };
}

async function curveChapter({ run, summary }: Exportable): Promise<Content> {
  const [{ runSource }, { cacheCurve }, { engineTiers }, { curveSections }, { curveFigures }] =
    await Promise.all([
      import('../../curve/from-run.ts'),
      import('../../curve/curve.ts'),
      import('../../curve/engine-has.ts'),
      import('../../curve/text.ts'),
      import('../../curve/figures.ts'),
    ]);
  const source = runSource(summary.run.name, run);
  const result = await cacheCurve(source, {
    warmupShare: 0,
    engineBlockTokens: source.blockTokens,
    tiers: engineTiers(source.engine),
  });
  const figures = await Promise.all(
    curveFigures(result).map((figure) =>
      figure.name === 'hit-vs-capacity' ? withServer(figure, { run, summary }) : figure,
    ),
  );
  return { sections: curveSections(result), figures };
}

/** How large the server's cache is, and what it found. */
async function withServer(figure: Figure, { run, summary }: Exportable): Promise<Figure> {
  if (summary.cache.share === undefined) return figure;
  const [{ capacityOfRun }, { marksOf }] = await Promise.all([
    import('../../capacity/capacity.ts'),
    import('../../capacity/marks.ts'),
  ]);
  const capacity = capacityOfRun(run);
  const sizes = capacity.tiers ? [...marksOf(capacity)] : [];
  return {
    ...figure,
    marks: [
      ...(figure.marks ?? []),
      ...sizes.map(([blocks, name]) => ({ name, at: blocks * capacity.blockTokens })),
      { name: 'observed', at: summary.cache.share, axis: 'y' },
    ],
  };
}

async function ledgerChapter({ run, summary }: Exportable): Promise<Content> {
  const [{ explain }, { ledgerSections }, { ledgerFigures }] = await Promise.all([
    import('../../ledger/explain.ts'),
    import('../../ledger/sections.ts'),
    import('../../ledger/figures.ts'),
  ]);
  const ledger = explain(run);
  return { sections: ledgerSections(ledger, summary.run.name), figures: ledgerFigures(ledger) };
}

async function capacityChapter({ run, summary }: Exportable): Promise<Content> {
  const [{ capacityOfRun }, { capacitySections }, { capacityFigures }] = await Promise.all([
    import('../../capacity/capacity.ts'),
    import('../../capacity/sections.ts'),
    import('../../capacity/figures.ts'),
  ]);
  const found = capacityOfRun(run);
  // The curve's own figure has the server's marks as well, and the bound: of two that look alike it stays.
  const figures = capacityFigures(found).filter(({ name }) => name !== 'hits-by-capacity');
  return { sections: capacitySections(found, summary.run.name), figures };
}

async function survivalChapter({ run, summary }: Exportable): Promise<Content> {
  const [{ survivalOf }, { survivalSections }, { survivalFigures }] = await Promise.all([
    import('../../capacity/survival.ts'),
    import('../../capacity/survival-sections.ts'),
    import('../../capacity/survival-figures.ts'),
  ]);
  const found = survivalOf(run);
  return { sections: survivalSections(found, summary.run.name), figures: survivalFigures(found) };
}

/** As `confab explain` shows it, where the run is not played again. */
const SLOWEST = 0.01;

async function latencyChapter({ run }: Exportable): Promise<Content> {
  const [{ explain }, { explanationSections }, { explanationFigures }] = await Promise.all([
    import('../../attribution/explanation.ts'),
    import('../../attribution/sections.ts'),
    import('../../attribution/figures.ts'),
  ]);
  const asked = { selection: { slowest: SLOWEST }, by: 'latency' as const };
  const { explanation } = explain(run, asked);
  return {
    sections: explanationSections(explanation),
    figures: explanationFigures(explanation),
  };
}
