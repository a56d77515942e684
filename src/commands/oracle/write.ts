import { measure } from '../../report/number.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { quantile } from '../../stats/exact.ts';
import { writeWhole } from '../../workload/files/whole-file.ts';
import { type OracleRow, oracleJson } from '../../workload/oracle/oracle-set.ts';
import { withBins } from '../../workload/oracle/predictions.ts';
import type { OracleAnswer } from '../../workload/oracle/progress.ts';
import { loadTokenizer } from '../../workload/tokenizer/tokenizer.ts';
import type { CreateFlags } from './create-flags.ts';

interface Answered {
  readonly queries: readonly string[];
  readonly answers: ReadonlyMap<number, OracleAnswer>;
  readonly flags: CreateFlags;
  readonly scenario: Scenario;
}

/** Writes the data set in the order of the queries, without those that were lost, and says what is in it. */
export async function writeOracleSet(
  output: string,
  { queries, answers, flags, scenario }: Answered,
): Promise<string> {
  const isCounted = [...answers.values()].every(({ tokens }) => tokens !== undefined);
  const tokenizer = isCounted ? undefined : await loadTokenizer(scenario.conversation.tokenizer);
  const rows = queries.flatMap((input, index): OracleRow[] => {
    const answer = answers.get(index);
    if (!answer) return [];
    const { output: text, tokens } = answer;
    return [
      {
        input,
        output_len: [...text].length,
        output_tokens: tokens ?? tokenizer!.count(text),
        ...(flags.appendOutput && { output: text }),
      },
    ];
  });
  await writeWhole(output, oracleJson(flags.bins ? withBins(rows, flags.bins) : rows));
  const lengths = Float64Array.from(rows, (row) => row.output_tokens).sort();
  const mean = lengths.reduce((sum, tokens) => sum + tokens, 0) / lengths.length;
  const counted = tokenizer ? `counted with ${tokenizer.name}` : 'as the server counted them';
  const left = queries.length - rows.length;
  const without = left > 0 ? `, without ${left} that were lost` : '';
  return `${output}: ${rows.length} queries${without}; tokens of answers: mean ${measure(mean)}, p50 ${measure(quantile(lengths, 0.5))}, p99 ${measure(quantile(lengths, 0.99))}, ${counted}`;
}
