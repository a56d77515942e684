import { measure, percent } from '../report/number.ts';
import { sectionsText } from '../report/render/text.ts';
import { field, type Section, type TableColumn } from '../report/section.ts';
import type { ArmFindings, Estimate, Findings, NoiseFindings } from './study.ts';

/** What a study found, in lines of at most `width` columns. */
export function studyText(findings: Findings, load: string, width?: number): string {
  return sectionsText(sectionsOf(findings, load), width);
}

const COLUMNS: readonly TableColumn[] = [
  { title: '' },
  { title: 'mean latency', unit: 'ms' },
  { title: 'below the first', unit: '%' },
  { title: 'p99 latency', unit: 'ms' },
  { title: 'p99 wait', unit: 'ms' },
];

function sectionsOf({ arms, noise, seeds, requests }: Findings, load: string): Section[] {
  const first = arms[0]!;
  return [
    {
      title: 'Policies side by side, in virtual time',
      fields: [
        field('load', load),
        field('seeds', `${seeds}, the same for all`),
        field('requests', `${requests} of each`),
      ],
    },
    {
      table: {
        columns: COLUMNS,
        rows: arms.map(({ name, meanLatencyMs, gain, p99LatencyMs, p99WaitMs }) => ({
          cells: [
            name,
            withHalf(meanLatencyMs),
            gain ? withHalf(gain, 100, 1) : '',
            withHalf(p99LatencyMs),
            withHalf(p99WaitMs),
          ],
        })),
      },
      notes: [
        `Means over the seeds, ± half of their 95 % interval (Student's t)${seeds < 10 ? ', for which there are too few seeds: expected 10' : ''}. Below the first: of the mean latency, by pairs of the same seed. Wait: from when the engine had a request to when it was first admitted.`,
      ],
    },
    {
      title: 'In words',
      lines: [
        ...arms
          .slice(1)
          .filter(({ arm }) => arm.sigma === 0)
          .map((arm) => verdict(arm, first)),
        ...noise.map(trend),
      ],
    },
  ];
}

function withHalf({ mean, interval95 }: Estimate, factor = 1, digits?: number): string {
  const shown = (value: number): string =>
    digits === undefined ? measure(value) : (factor * value).toFixed(digits);
  return interval95 ? `${shown(mean)} ± ${shown(interval95[1] - mean)}` : shown(mean);
}

/** Whether the interval of the gain lies on one side of nothing. */
function verdict({ name, gain, p99WaitMs }: ArmFindings, first: ArmFindings): string {
  const wait = `its p99 wait is ${measure(p99WaitMs.mean / first.p99WaitMs.mean)} times ${first.name}'s`;
  if (!gain?.interval95) return `${name}: mean latency ${percent(gain?.mean)} below; ${wait}.`;
  const [low, high] = gain.interval95;
  if (low === 0 && high === 0) return `${name}: the same latencies as ${first.name}.`;
  const range = `${percent(Math.abs(gain.mean))} (${percent(Math.min(Math.abs(low), Math.abs(high)))} to ${percent(Math.max(Math.abs(low), Math.abs(high)))})`;
  if (low > 0) return `${name} is better than ${first.name} on mean latency by ${range}; ${wait}.`;
  if (high < 0) return `${name} is worse than ${first.name} on mean latency by ${range}; ${wait}.`;
  return `${name}: cannot tell from ${first.name} on mean latency (${percent(low)} to ${percent(high)}); ${wait}.`;
}

/** Where the gain grows with the error, by more than chance, it does not shrink with it. */
function trend({ policy, sigmas, losses }: NoiseFindings): string {
  const grown = losses.findIndex(({ interval95 }) => interval95 && interval95[1] < 0);
  const list = sigmas.slice(1).join(', ');
  if (losses.some(({ interval95 }) => !interval95)) {
    return `${policy}: too few seeds to tell what predictions off by ${list} tokens cost.`;
  }
  if (grown >= 0) {
    return `${policy}: its gain does not shrink from predictions off by ${sigmas[grown]} to ${sigmas[grown + 1]} tokens.`;
  }
  const lost = losses.reduce((sum, { mean }) => sum + mean, 0);
  return `${policy}: its gain shrinks with every step of predictions off by ${list} tokens, or cannot be told from staying; by ${(100 * lost).toFixed(1)} percentage points in all.`;
}
