import { expect, test } from 'vitest';
import type { TurnRecord } from '../../src/record/record.ts';
import { perRequestRows, perRequestSection } from '../../src/report/per-request.ts';
import { summarise } from '../../src/report/run-summary.ts';
import { METRICS } from '../../src/stats/metrics.ts';
import { samplePart, turnRecord } from '../record/sample.ts';

const summaryOf = (record: Partial<TurnRecord> = {}) =>
  summarise({ parts: [samplePart({ records: [turnRecord(record)] })], warnings: [] });

const labelsOf = (record: Partial<TurnRecord>) =>
  perRequestRows(summaryOf(record)).map(({ label }) => label);

test('what only some engines tell has rows where it was told', () => {
  expect(labelsOf({})).not.toContain('engine queue ms');
  const labels = labelsOf({ engineQueueMs: 3 });
  expect(labels).toContain('engine queue ms');
  expect(labels).not.toContain('engine prefill ms');
});

test('TTFO has a row where answers held reasoning', () => {
  expect(labelsOf({})).not.toContain('TTFO ms');
  expect(labelsOf({ reasoningTokens: 4 })).toContain('TTFO ms');
});

test('what was not measured has a row all the same: a missing row would hide it', () => {
  const rows = perRequestRows(summaryOf({ cachedTokens: undefined }));
  expect(rows.find(({ label }) => label === 'cached tokens')).toMatchObject({ values: undefined });
});

test('the legend explains the rows of the table, and no others', () => {
  const { terms } = perRequestSection(summaryOf());
  const legend = terms!.map(({ term, says }) => `${term} ${says}`).join('\n');
  for (const { label, says, shown } of Object.values(METRICS)) {
    if (shown === 'always') expect(legend).toContain(`${label} ${says}`);
    else expect(legend).not.toContain(says);
  }
  expect(legend).toContain('one token or one chunk have none');
  expect(legend).toContain(
    'lateness sent - intended, whoever caused it; of all requests that were',
  );
});
