import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { UsageError } from '../../base/errors.ts';
import { scenarioCommand } from '../run.ts';
import { scenarioOf } from '../scenario/scenario-of.ts';
import { flowingHelp } from '../terminal/help-text.ts';
import { type SizeFlags, sizeFlags } from './flags.ts';

const HELP = `
Searches for the fewest GB of KV memory that keep the limits, in virtual time on the
embedded engine: of the GPU (engine.kvGB) and of host memory (dram:
engine.offload.cpu.capacityGB, as vllm offloads where the scenario says nothing),
each alone, of both at once, and of cards and GB at least cost, for periodic and for random
gaps of the same mean.

How it searches, and where another GB no longer pays: confab help sizing
`;

/** `confab size SCENARIO`: how much memory to buy. */
export function sizeCommand(): Command {
  return scenarioCommand('size', sizeFlags)
    .description(
      'Find the fewest GB of KV memory, and cards, that keep limits, and what they cost.',
    )
    .addHelpText('after', flowingHelp(HELP))
    .action(size);
}

async function size(file: string | undefined, given: SizeFlags): Promise<void> {
  const [
    { checkPicture },
    { checkWritable },
    { pricesIn },
    { withErrorLimit, withSlo },
    { cardsEach },
  ] = await Promise.all([
    import('../../figures/picture.ts'),
    import('../../play/writable.ts'),
    import('./prices.ts'),
    import('../sweep/asking.ts'),
    import('../../sizing/tiers.ts'),
  ]);
  if (given.figure !== undefined) {
    checkPicture(given.figure);
    checkWritable('--figure', given.figure);
  }
  if (given.json !== undefined) checkWritable('--json', given.json);
  const prices = pricesIn(given.price);
  const plain = await scenarioOf({ file, rows: sizeFlags, flags: given, isSent: false });
  const limited = withSlo(plain, given.slo);
  if (Object.keys(limited.thresholds).length === 0) {
    throw new UsageError(
      '--slo: missing; expected limits, as in ttft.p95<200, or thresholds in the scenario',
    );
  }
  const each = cardsEach(limited);
  if (prices.card !== undefined && given.maxCards < each) {
    throw new UsageError(
      `--max-cards: found ${given.maxCards}; expected at least ${each}, which hold the model together (tensorParallel of ${limited.engine.gpu})`,
    );
  }
  const scenario = withErrorLimit({ ...limited, output: { ...limited.output, exports: [] } });
  const { precision, maxRepeats, maxRuns, maxCards, pays } = given;
  const settings = {
    ...{ scenario, prices, precision, repeatsMax: maxRepeats, runsMax: maxRuns, paysShare: pays },
    cardsMax: maxCards,
  };
  const { playSize } = await import('./play.ts');
  process.exitCode = await playSize(settings, given, given.workers ?? availableParallelism());
}
