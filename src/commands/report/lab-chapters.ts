import { UsageError } from '../../base/errors.ts';
import type { CurveResult } from '../../curve/result.ts';
import type { Exportable } from '../../export/exports.ts';
import type { RunReference } from '../../ledger/run-references.ts';
import type { Run } from '../../record/run-folder.ts';
import type { Figure } from '../../report/figures/figure.ts';
import type { Chapter, Content } from '../../report/html/chapter.ts';
import { measure } from '../../report/number.ts';
import type { Section } from '../../report/section.ts';
import type { LastStretch } from '../../stats/time/last-stretch.ts';

type LabChapter = Chapter<Exportable> & {
  /** What says it of all requests, however many. */
  readonly command: string;
  /** It says nothing of a run whose engine does not tell what it found in its cache. */
  readonly isOfHits?: true;
  /** It is made of all requests all the same. */
  readonly isOfAll?: true;
};

/** Of more requests what they say is said of the last stretch: it would take longer than all the rest of the page. */
const ALL_MAX = 30_000;
const STRETCH = 15_000;

/** What the verbs of the cache and of latency say of a run by themselves, without a flag. */
const LAB: readonly LabChapter[] = [
  {
    id: 'curve',
    title: 'Caches of every size',
    command: 'cache curve',
    isOfAll: true,
    of: curveChapter,
  },
  {
    id: 'ledger',
    title: 'What was lost of the cache, and why',
    command: 'cache explain',
    isOfHits: true,
    of: ledgerChapter,
  },
  {
    id: 'capacity',
    title: 'The capacity that hits tell of',
    command: 'cache capacity',
    isOfHits: true,
    of: capacityChapter,
  },
  {
    id: 'survival',
    title: 'Survival in the cache',
    command: 'cache survival',
    isOfHits: true,
    of: survivalChapter,
  },
  {
    id: 'latency-explained',
    title: 'What requests waited for',
    command: 'explain',
    of: latencyChapter,
  },
];

/** Where one has nothing to say of a run, why. */
export const LAB_CHAPTERS: readonly Chapter<Exportable>[] = LAB.map(
  ({ id, title, command, isOfHits, isOfAll, of }) => ({
    id,
    title,
    of: async (about) => {
      const { counts, cache } = about.summary;
      if (!counts.completed || (isOfHits && cache.share === undefined)) return undefined;
      try {
        if (isOfAll || counts.completed <= ALL_MAX) return await of(about);
        const stretch = await stretchOf(about.run);
        if (!stretch) return told(LONG(command));
        const content = await of({ ...about, run: stretch.run });
        return {
          ...content,
          sections: [{ lines: [ofStretch(stretch, command)] }, ...(content?.sections ?? [])],
        };
      } catch (error) {
        if (error instanceof UsageError) return told(error.message);
        throw error;
      }
    },
  }),
);

/** One for all chapters: what rests on a run is made once. */
const stretches = new WeakMap<Run, LastStretch | undefined>();

async function stretchOf(run: Run): Promise<LastStretch | undefined> {
  if (!stretches.has(run)) {
    const { lastStretch } = await import('../../stats/time/last-stretch.ts');
    stretches.set(run, lastStretch(run, STRETCH));
  }
  return stretches.get(run);
}

function ofStretch({ requests, of, fromSec }: LastStretch, command: string): string {
  return `Of ${requests} of the ${of} completed requests: those of the last stretch, sent from ${measure(fromSec)} s on, of conversations that began within it or shortly before; what came before them only fills the cache. confab ${command} says it of all.`;
}

const LONG = (command: string) =>
  `Of more than ${ALL_MAX} requests it is said of the last ${STRETCH}; here most of those belong to conversations that had begun before. confab ${command} says it of all.`;

function told(why: string): Content {
  return { sections: [{ lines: [why] }] };
}

/** References to blocks that are looked at one by one. */
const BLOCKS_MAX = 12_000_000;

async function curveChapter({ run, summary }: Exportable): Promise<Content> {
  const [{ runSource }, { coarse }, { cacheCurve }, { engineTiers }, texts, { curveFigures }] =
    await Promise.all([
      import('../../curve/from-run.ts'),
      import('../../curve/coarse.ts'),
      import('../../curve/curve.ts'),
      import('../../curve/engine-has.ts'),
      import('../../curve/text.ts'),
      import('../../curve/figures.ts'),
    ]);
  const { runReferences } = await import('../../ledger/run-references.ts');
  const { references } = runReferences(run);
  const blocks = references.reduce((sum, { names }) => sum + names.length, 0);
  const every = Math.ceil(blocks / BLOCKS_MAX);
  const source = coarse(runSource(summary.run.name, run), every);
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
  const sections = texts.curveSections(result);
  return { sections: every > 1 ? [errorOf(result, references), ...sections] : sections, figures };
}

/** What a cache that never forgets finds is known exactly. */
function errorOf({ reuse }: CurveResult, references: readonly RunReference[]): Section {
  let [ideal, input] = [0, 0];
  for (const { record, idealTokens, inputTokens } of references) {
    if (record.phase !== 'measure') continue;
    ideal += idealTokens;
    input += inputTokens;
  }
  const points = 100 * Math.abs(reuse.unlimited.token - (input > 0 ? ideal / input : 0));
  return {
    lines: [
      `It is of a sample of the blocks, as there are many (see below). What a cache that never forgets finds is known of all of them: the sample is ${points.toFixed(2)} points off there.`,
    ],
  };
}

/** How large the server's cache is, and what it found. */
async function withServer(figure: Figure, { run, summary }: Exportable): Promise<Figure> {
  if (summary.cache.share === undefined) return figure;
  const [{ capacityOfRun }, { marksOf }] = await Promise.all([
    import('../../capacity/capacity.ts'),
    import('../../capacity/marks.ts'),
  ]);
  const isLong = summary.counts.completed > ALL_MAX;
  const stretch = isLong ? await stretchOf(run) : { run };
  if (!stretch) return figure;
  const capacity = capacityOfRun(stretch.run);
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
