import { advertisedIn } from '../capacity/advertised.ts';
import type { Run } from '../record/run-folder.ts';
import { blockTokensIn, hasOwnEngine } from '../report/engine-cache.ts';
import { scenarioOf } from '../report/identity.ts';
import { engineSchema } from '../scenario/engine.ts';
import type { Scenario } from '../scenario/schema.ts';

/** What the profile says itself, whatever the scenario said of an engine. */
const OF_PROFILE = [
  'gpu',
  'modelConfig',
  'fixed',
] as const satisfies readonly (keyof Scenario['engine'])[];

/** What journals of earlier versions have where nothing was said. */
const FORMER_DEFAULTS = { apiMs: 14 };

/** A run against a server says what it would have been without one: only what differs from that was meant. */
export function ownSettings({ engine }: Scenario): Record<string, unknown> {
  const plain: Record<string, unknown> = { ...FORMER_DEFAULTS, ...engineSchema.parse({}) };
  const own = Object.entries(engine).filter(
    ([name, value]) =>
      !(OF_PROFILE as readonly string[]).includes(name) &&
      JSON.stringify(value) !== JSON.stringify(plain[name]),
  );
  return Object.fromEntries(own);
}

/** What the server's page of metrics says of its own size. */
export interface Told {
  readonly engine: Readonly<Record<string, unknown>>;
  /** The same in words, one an item. */
  readonly says: readonly string[];
}

/** Nothing of an engine in this process: its scenario says it. */
export function toldOf(run: Run): Told {
  const first = run.parts[0]!;
  if (hasOwnEngine(first)) return { engine: {}, says: [] };
  const blockTokens = blockTokensIn(run.parts, scenarioOf(first));
  const advertised = advertisedIn(run, blockTokens);
  if (!advertised) return { engine: {}, says: [] };
  const { blocks, belowBytes } = advertised;
  return {
    engine: {
      // One block is never used.
      blocks: blocks + 1,
      blockTokens,
      ...(belowBytes && { offload: { preset: 'vllm', cpu: { capacityGB: belowBytes / 1e9 } } }),
    },
    says: [
      `${blocks + 1} blocks of ${blockTokens} tokens`,
      ...(belowBytes ? [`${belowBytes / 2 ** 30} GiB of host memory below them`] : []),
    ],
  };
}
