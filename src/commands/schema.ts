import { Argument, Command } from 'commander';
import { summaryJsonSchema } from '../export/summary-schema.ts';
import { inspectionJsonSchema } from '../inspect/inspection-json.ts';
import { scenarioJsonSchema } from '../scenario/load.ts';

/** The files that have a JSON Schema. */
const SCHEMAS = {
  scenario: scenarioJsonSchema,
  summary: summaryJsonSchema,
  inspection: inspectionJsonSchema,
} as const;

export function schemaCommand(): Command {
  return new Command('schema')
    .description(
      'Print the JSON Schema of scenario files, for editors, of summary.json, or of an inspected trace.',
    )
    .addArgument(new Argument('[of]', 'the file').choices(Object.keys(SCHEMAS)).default('scenario'))
    .action((of: keyof typeof SCHEMAS) => {
      process.stdout.write(`${JSON.stringify(SCHEMAS[of](), null, 2)}\n`);
    });
}
