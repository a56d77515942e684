import { stream } from '../../src/base/random.ts';
import { burstySeries } from '../stats/series.ts';

/** Two runs of a setting, of which the true statistics are known. */
export interface Setting {
  /** @param scale of B: its services take so many times as long, 1 of A */
  readonly valuesOf: (count: number, load: number, scale: number, seed: Seed) => Float64Array;
  readonly truthOf: (load: number, scale: number, share: number | 'mean') => number;
}

interface Seed {
  readonly name: string;
  /** Not paired: nothing is in common. */
  readonly isOwn: boolean;
}

/** The time in system of a queue whose services are so many times as long is that of another load, as many times as long. */
const scaled =
  (of: (load: number, share: number | 'mean') => number): Setting['truthOf'] =>
  (load, scale, share) =>
    scale * of(load * scale, share);

export const SETTINGS = {
  'M/M/1': {
    valuesOf: queueOf((random) => -Math.log(1 - random())),
    truthOf: scaled((load, share) => (share === 'mean' ? 1 : -Math.log(1 - share)) / (1 - load)),
  },
  'M/H2/1': {
    valuesOf: queueOf((random) => -(random() < 0.1 ? 5.5 : 0.5) * Math.log(1 - random())),
    truthOf: scaled((load, share) => {
      const { mean, quantile } = burstySeries(0, load, 0);
      return share === 'mean' ? mean : quantile(share);
    }),
  },
  'M/D/1': {
    valuesOf: queueOf(() => 1),
    truthOf: scaled((load, share) =>
      share === 'mean' ? 1 + load / 2 / (1 - load) : 1 + waitOfConstant(load, share),
    ),
  },
  /** Half of what is new in B is new in A; the load is how much of a value is remembered. */
  fading: {
    valuesOf: fadingOf,
    truthOf: (_load, scale, share) => scale * (share === 'mean' ? 1 : -Math.log(1 - share)),
  },
} satisfies Record<string, Setting>;

/** Times in system, arrivals at rate `load`, from an empty queue to its steady state and on. */
function queueOf(serviceOf: (random: () => number) => number): Setting['valuesOf'] {
  return (count, load, scale, { name, isOwn }) => {
    const random = stream(isOwn ? `${name} ${scale}` : name, 'compared setting');
    let wait = 0;
    const next = () => {
      const inSystem = wait + scale * serviceOf(random);
      wait = Math.max(0, inSystem + Math.log(1 - random()) / load);
      return inSystem;
    };
    for (let index = 0; index < WARM_UP; index++) next();
    return Float64Array.from({ length: count }, next);
  };
}

/** Some dozens of memories at a load of 0.8. */
const WARM_UP = 2000;

function fadingOf(count: number, memory: number, scale: number, { name, isOwn }: Seed) {
  const own = stream(`${name} ${scale}`, 'own');
  const common = stream(name, 'common');
  const exponential = (random: () => number) => -Math.log(1 - random());
  let value = exponential(own);
  const next = () => {
    // Draws of both streams are taken whether they are used or not, so that the common ones stay in step.
    const isCommon = common() < 0.5;
    const [isNew, added] = [common() >= memory, exponential(common)];
    const [isOwnNew, ownAdded] = [own() >= memory, exponential(own)];
    const isOfBoth = isCommon && !isOwn;
    value = memory * value + ((isOfBoth ? isNew : isOwnNew) ? (isOfBoth ? added : ownAdded) : 0);
    return scale * value;
  };
  for (let index = 0; index < WARM_UP; index++) next();
  return Float64Array.from({ length: count }, next);
}

/** Quantile of the wait where each service takes 1: Erlang's (1909) sum, which is exact to some digits up to 15. */
function waitOfConstant(load: number, share: number): number {
  const below = (t: number) => {
    let sum = 0;
    let factorial = 1;
    for (let k = 0; k <= Math.floor(t); k++) {
      if (k > 0) factorial *= k;
      sum += ((load * (k - t)) ** k / factorial) * Math.exp(-load * (k - t));
    }
    return (1 - load) * sum;
  };
  let [low, high] = [0, 15];
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2;
    if (below(middle) >= share) high = middle;
    else low = middle;
  }
  return high;
}
