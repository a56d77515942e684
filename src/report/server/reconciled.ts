import type { Reconciled, ReconciledName } from '../../server/reconcile.ts';
import type { ServerSummary } from '../../server/server.ts';
import { type Field, field, type Section } from '../section.ts';

const WORDS: Readonly<Record<ReconciledName, string>> = {
  requests: 'requests',
  promptTokens: 'prompt tokens',
  cachedTokens: 'cached tokens',
  computedTokens: 'computed prompt tokens',
  generatedTokens: 'generated tokens',
};

/** All residuals are 0: one line says so. */
export function agreementFields({ reconciled }: ServerSummary): Field[] {
  if (reconciled.length === 0 || reconciled.some(({ residual }) => residual !== 0)) return [];
  const sums = reconciled.map(({ name, records }) => counted(records, name));
  return [field('residual', `0: records and server agree on ${sums.join(', ')}`)];
}

/** Records beside counters, where they differ. */
export function reconciledSections({ reconciled }: ServerSummary): Section[] {
  const differing = reconciled.filter(({ residual }) => residual !== 0);
  if (differing.length === 0) return [];
  const explanations = new Set(differing.flatMap(({ explanation = [] }) => explanation));
  return [
    {
      title: 'Server and records',
      table: {
        columns: [
          { title: '' },
          { title: 'records', format: 'count' },
          { title: 'server', format: 'count' },
          { title: 'residual', format: 'count' },
        ],
        rows: reconciled.map(({ name, records, server, residual }) => ({
          cells: [WORDS[name], records, Math.round(server), residual],
        })),
      },
      notes: [
        ...explanations,
        'Records: sums over completed requests, those of the warm-up too. Server: by how much its counters rose.',
      ],
    },
  ];
}

/** What nothing in the run explains, in a sentence each way. */
export function serverWarnings({ reconciled }: ServerSummary): string[] {
  const unexplained = reconciled.filter(
    ({ residual, explanation }) => residual !== 0 && explanation === undefined,
  );
  const more = unexplained.filter(({ residual }) => residual > 0);
  const fewer = unexplained.filter(({ residual }) => residual < 0);
  return [
    ...(more.length > 0
      ? [
          `another client used the server meanwhile: it counted ${amounts(more)} more than the records have`,
        ]
      : []),
    ...(fewer.length > 0
      ? [
          `the server's pages count ${amounts(fewer)} less than it told with its answers: another server may have given some of them (--metrics-url adds its page)`,
        ]
      : []),
  ];
}

function amounts(rows: readonly Reconciled[]): string {
  return rows.map(({ name, residual }) => counted(Math.abs(residual), name)).join(', ');
}

function counted(count: number, name: ReconciledName): string {
  return `${count} ${count === 1 ? WORDS[name].replace(/s$/, '') : WORDS[name]}`;
}
