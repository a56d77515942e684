import type { Figure, Series } from './figure.ts';

/** The series of a plan laid over those of the run, dashed; of names that both have. */
export function laidOver(figure: Figure, plan: Figure): Figure {
  const names = new Set(figure.series.map(({ name }) => name));
  const planned = plan.series
    .filter(({ name }) => names.has(name))
    .map((one): Series => ({ ...one, name: `${one.name}, planned`, isDashed: true }));
  return {
    ...figure,
    name: `${figure.name}-and-plan`,
    title: `${figure.title}, and the plan`,
    series: [...figure.series, ...planned],
  };
}
