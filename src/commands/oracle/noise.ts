import { Command } from 'commander';
import { writeWhole } from '../../workload/files/whole-file.ts';
import { type OracleRow, oracleJson, readOracleSet } from '../../workload/oracle/oracle-set.ts';
import { withBins, withNoise } from '../../workload/oracle/predictions.ts';
import { type Flag, withFlags } from '../flags/flag-table.ts';
import { integer } from '../flags/options.ts';
import { dataFile } from '../scenario/shipped.ts';
import { flowingHelp } from '../terminal/help-text.ts';
import { ascending, range } from './flags.ts';

interface NoiseFlags {
  readonly output?: string;
  readonly sigma?: readonly number[];
  readonly clamp?: readonly [min: number, max: number];
  readonly seed: number;
  readonly bins?: readonly number[];
}

/** As the study's add_noise.py has them. */
const SIGMAS = [10, 25, 50, 75, 100, 125, 150];
const CLAMP = [15, 1025] as const;
const SEED = 585;
const SEED_MAX = 2 ** 32 - 1;

const flags: readonly Flag[] = [
  { flags: '--output <file>', says: 'file to write; default: FILE itself, written anew' },
  {
    flags: '--sigma <list>',
    says: `standard deviations of the noise, tokens, with commas between; default: ${SIGMAS.join(',')}`,
    parse: ascending,
  },
  {
    flags: '--clamp <min,max>',
    says: `predictions stay within these; default: ${CLAMP.join(',')}`,
    parse: range,
  },
  {
    flags: '--seed <n>',
    says: "of the draws, which are Python's",
    parse: integer(0, SEED_MAX),
    default: SEED,
  },
  {
    flags: '--bins <edges>',
    says: 'also output_tokens_bin: the lower edge of the bin that the length falls in, the first beginning at 0',
    parse: ascending,
  },
];

const HELP = `
Each sigma makes a field output_tokens_noise_<sigma>: what a predictor would say that is
so far off. confab online --noise <sigma> sends it as the priority. Other fields stay.
`;

/** `confab oracle noise FILE`: predictions of lengths, as the study's add_noise.py makes them. */
export function noiseCommand(): Command {
  const command = new Command('noise')
    .description("Add predictions to an oracle's data set: its lengths with Gaussian noise.")
    .argument('<file>', 'data set with output_tokens, as confab oracle create makes it')
    .addHelpText('after', flowingHelp(HELP))
    .action(run);
  return withFlags(command, flags);
}

async function run(
  given: string,
  { output, sigma = SIGMAS, clamp = CLAMP, seed, bins }: NoiseFlags,
): Promise<void> {
  const file = dataFile(given);
  const rows = await readOracleSet(file);
  const [min, max] = clamp;
  const noisy = withNoise(rows, { sigmas: sigma, min, max, seed });
  const predicted: OracleRow[] = bins ? withBins(noisy, bins) : noisy;
  const path = output ?? file;
  await writeWhole(path, oracleJson(predicted));
  const fields = sigma.map((one) => `output_tokens_noise_${one}`);
  process.stdout.write(
    `${path}: ${rows.length} rows with ${[...fields, ...(bins ? ['output_tokens_bin'] : [])].join(', ')}\n`,
  );
}
