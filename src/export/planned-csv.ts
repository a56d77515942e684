import { writeWhole } from '../base/write-whole.ts';
import type { Run } from '../record/run-folder.ts';
import { csvText, inBatches } from './csv-text.ts';
import { PLANNED_COLUMNS, type PlannedColumn, type PlannedValue } from './planned.ts';
import { plannedRequests } from './requests.ts';

/** A cell has no list in it. */
const COLUMNS = PLANNED_COLUMNS.filter(({ kind }) => kind !== 'list');

/**
 * Writes a row for every planned request: failed, cut off and never sent ones, and those of the warm-up.
 * @throws Error of the system if the file cannot be written.
 */
export function writePlannedCsv(path: string, run: Run): void {
  writeWhole(path, lines(run));
}

function* lines(run: Run): Generator<string> {
  yield csvText([COLUMNS.map(({ name }) => name)]);
  for (const batch of inBatches(plannedRequests(run))) {
    yield csvText(
      batch.map((request) => COLUMNS.map((column) => cell(column, column.of(request)))),
    );
  }
}

function cell({ kind }: PlannedColumn, value: PlannedValue): PlannedValue {
  if (kind !== 'time' || typeof value !== 'number') return value;
  return new Date(value).toISOString();
}
