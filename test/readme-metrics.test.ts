import { join } from 'node:path';
import { expect, test } from 'vitest';
import { definitionOf, METRIC_NAMES, METRICS, type MetricName } from '../src/stats/metrics.ts';
import { TERMS } from '../src/stats/terms.ts';
import { TOTALS } from '../src/stats/totals.ts';
import { DOCUMENTS } from './support/documents.ts';
import { ROOT } from './support/folders.ts';

/** A comment that names the rows, the table, and a comment that ends it. */
const REGION = /(<!-- metrics: ([^>]*?) -->\n)[\s\S]*?(<!-- \/metrics -->)/g;

const documents = DOCUMENTS.filter(({ text }) => text.includes('<!-- metrics: '));

test.each(documents)(
  'the metric table of $path is that of the catalogue (vitest run test/readme-metrics.test.ts --update writes it)',
  async ({ path, text }) => {
    expect([...text.matchAll(REGION)]).toHaveLength(1);
    const generated = text.replace(
      REGION,
      (_, begin: string, names: string, end: string) =>
        `${begin}\n${table(names.split(/\s+/).map(rowOf))}\n\n${end}`,
    );
    await expect(generated).toMatchFileSnapshot(join(ROOT, path));
  },
);

test('the README has such a table', () => {
  expect(documents.map(({ path }) => path)).toContain('README.md');
});

function rowOf(name: string): readonly [name: string, definition: string] {
  if (name in TERMS) {
    const { says, note } = TERMS[name as keyof typeof TERMS];
    return [name, `${says}; ${note}`];
  }
  if (name in TOTALS) {
    const { label, says } = TOTALS[name as keyof typeof TOTALS];
    return [label, says];
  }
  expect(METRIC_NAMES).toContain(name);
  return [METRICS[name as MetricName].label, definitionOf(name as MetricName)];
}

/** Columns padded, as the formatter of Markdown has them. */
function table(rows: readonly (readonly [string, string])[]): string {
  const all = [['name', 'definition'] as const, ...rows];
  const widths = [0, 1].map((column) => Math.max(...all.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  const [head, ...body] = all.map(line);
  return [head, line(widths.map((width) => '-'.repeat(width))), ...body].join('\n');
}
