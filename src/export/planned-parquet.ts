import type { SchemaElement } from 'hyparquet';
import { fileWriter, parquetWrite } from 'hyparquet-writer';
import { version } from '../base/version.ts';
import { writeWholeBy } from '../base/write-whole.ts';
import type { Run } from '../record/run-folder.ts';
import {
  type ColumnKind,
  PLANNED_COLUMNS,
  type PlannedColumn,
  type PlannedValue,
} from './planned.ts';
import { plannedRequests } from './requests.ts';

/**
 * Writes a row for every planned request, as the CSV has them, and the gaps between chunks as well.
 * @throws Error of the system if the file cannot be written.
 */
export function writePlannedParquet(path: string, run: Run): void {
  const requests = plannedRequests(run);
  const columnData = PLANNED_COLUMNS.map(({ name, kind, of }) => ({
    name,
    data: requests.map((request) => TYPES[kind].stored(of(request))),
  }));
  const schema = [
    { name: 'root', num_children: PLANNED_COLUMNS.length },
    ...PLANNED_COLUMNS.flatMap(elementsOf),
  ];
  const createdBy = `confab version ${version()}`;
  writeWholeBy(path, (file) => {
    parquetWrite({ writer: fileWriter(file), schema, columnData, createdBy });
  });
}

interface StoredType {
  readonly element: Omit<SchemaElement, 'name'>;
  /** As the library takes it. */
  readonly stored: (value: PlannedValue) => unknown;
}

const double: StoredType = { element: { type: 'DOUBLE' }, stored: (value) => value };
/** Python's and JavaScript's times have a microsecond at least. */
const MICROS = 1000;

const TYPES: Record<ColumnKind, StoredType> = {
  text: { element: { type: 'BYTE_ARRAY', converted_type: 'UTF8' }, stored: (value) => value },
  count: { element: { type: 'INT64' }, stored: whole },
  number: double,
  moment: double,
  time: {
    element: {
      type: 'INT64',
      logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
    },
    stored: (value) => whole(typeof value === 'number' ? value * MICROS : undefined),
  },
  list: { element: { converted_type: 'LIST', num_children: 1 }, stored: (value) => value },
};

/** Any column may be empty. A list has two levels below it, as Parquet's specification has them. */
function elementsOf({ name, kind }: PlannedColumn): SchemaElement[] {
  const element: SchemaElement = { name, repetition_type: 'OPTIONAL', ...TYPES[kind].element };
  if (kind !== 'list') return [element];
  return [
    element,
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', repetition_type: 'REQUIRED', type: 'DOUBLE' },
  ];
}

function whole(value: PlannedValue): bigint | undefined {
  return typeof value === 'number' ? BigInt(Math.round(value)) : undefined;
}
