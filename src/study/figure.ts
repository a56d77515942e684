import type { Panel } from '../figures/panel.ts';
import type { Point } from '../stats/sample.ts';
import type { ArmFindings, Findings } from './study.ts';

/** Latencies and waits of the policies as distributions, and what is left of the gain with worse predictions. */
export function studyPanels({ arms }: Findings): Panel[] {
  const known = arms.filter(({ arm }) => arm.sigma === 0);
  const noise = noisePanel(arms);
  return [
    sharePanel('Latency', 'latency', known, ({ latenciesMs }) => latenciesMs, true),
    sharePanel('Wait before admission', 'wait', known, ({ waitsMs }) => waitsMs),
    ...(noise ? [noise] : []),
  ];
}

/** Many more than a picture has pixels. */
const POINTS = 400;

function sharePanel(
  title: string,
  label: string,
  arms: readonly ArmFindings[],
  of: (arm: ArmFindings) => Float64Array,
  isLog = false,
): Panel {
  return {
    title,
    kind: 'line',
    x: { label, unit: 's', ...(isLog && { scale: 'log' as const }) },
    y: { label: 'requests within it', unit: 'share' },
    series: arms.map((arm) => ({ name: arm.name, points: shares(of(arm)) })),
  };
}

/** Seconds, and the share of the values up to there. */
function shares(sorted: Float64Array): Point[] {
  const last = sorted.length - 1;
  const count = Math.min(POINTS, sorted.length);
  return Array.from({ length: count }, (_, index) => {
    const at = count === 1 ? last : Math.round((index * last) / (count - 1));
    return [sorted[at]! / 1000, (at + 1) / sorted.length];
  });
}

function noisePanel(arms: readonly ArmFindings[]): Panel | undefined {
  const predicted = new Set(arms.filter(({ arm }) => arm.sigma > 0).map(({ arm }) => arm.policy));
  if (!predicted.size) return undefined;
  return {
    title: `Mean latency below ${arms[0]!.name}'s`,
    kind: 'line',
    x: { label: 'error of predicted lengths, standard deviation', unit: 'tokens' },
    y: { label: 'gain', unit: 'share' },
    series: [...predicted].flatMap((policy) => {
      const own = arms.filter(({ arm, gain }) => arm.policy === policy && gain);
      const points = (of: (arm: ArmFindings) => number | undefined): Point[] =>
        own.flatMap((arm): Point[] => {
          const value = of(arm);
          return value === undefined ? [] : [[arm.arm.sigma, value]];
        });
      return [
        { name: policy, points: points(({ gain }) => gain!.mean) },
        { name: `${policy}, 95 % from`, points: points(({ gain }) => gain!.interval95?.[0]) },
        { name: `${policy}, 95 % to`, points: points(({ gain }) => gain!.interval95?.[1]) },
      ].filter((series) => series.points.length > 0);
    }),
  };
}
