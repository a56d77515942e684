import { Command } from 'commander';
import { refuseInput, writeWhole } from '../../workload/files/whole-file.ts';
import { readQueries } from '../../workload/oracle/queries.ts';
import { dataFile } from '../scenario/shipped.ts';

/** `confab oracle queries INPUT OUTPUT`: what the study's download_queries.py leaves of chat-arena data. */
export function queriesCommand(): Command {
  return new Command('queries')
    .description('Take the first question of each conversation: a JSON list of texts.')
    .argument('<input>', 'chat-arena data (JSON or Parquet), conversations, prompts, or text')
    .argument('[output]', 'JSON list to write', 'chatbot_queries.json')
    .action(async (given: string, output: string) => {
      const file = dataFile(given);
      refuseInput(output, file);
      const queries = await readQueries(file);
      await writeWhole(output, [`${JSON.stringify(queries, undefined, 4)}\n`]);
      process.stdout.write(`${output}: ${queries.length} queries of ${file}\n`);
    });
}
