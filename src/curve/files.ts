import type { CurveResult } from './result.ts';

/** All numbers but the points of figures, as JSON. */
export function curveJson({ figures: _, ...result }: CurveResult): string {
  return `${JSON.stringify({ format: 'confab-cache-curve', version: 1, ...result }, undefined, 2)}\n`;
}

const HEAD = [...['figure', 'series', 'x_label', 'x_unit', 'x', 'y_label', 'y']];

/** The points of the figures, a row each. */
export function curveCsv({ figures }: CurveResult): string {
  const rows = figures.flatMap(({ name, x, y, series }) =>
    series.flatMap((one) =>
      one.points.map(([atX, atY]) => [name, one.name, x.label, x.unit, atX, y.label, atY]),
    ),
  );
  return `${[HEAD, ...rows].map((cells) => cells.map(cellText).join(',')).join('\n')}\n`;
}

function cellText(cell: string | number): string {
  const text = String(cell);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
