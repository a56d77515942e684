import { describe, expect, test } from 'vitest';
import { workloadPanels } from '../../../src/commands/workload/figures.ts';
import { WorkloadTally } from '../../../src/workload/timed/workload-tally.ts';

function panelsOf(
  requests: readonly [atMs: number, input: number, output: number | null, session?: number][],
) {
  const tally = new WorkloadTally();
  for (const [timestamp, prompt_length, output_length, session_id] of requests) {
    const own = session_id === undefined ? {} : { session_id };
    tally.add({ timestamp, requests: [{ prompt: '', prompt_length, output_length, ...own }] });
  }
  return workloadPanels(tally.summary);
}

describe('001-25 pictures of a workload', () => {
  test('of nothing are none', () => {
    expect(panelsOf([])).toEqual([]);
  });

  test('of one request are its rate and its lengths', () => {
    const panels = panelsOf([[400, 7, 3]]);
    expect(panels.map(({ title }) => title)).toEqual([
      'Requests per second',
      'Prompt tokens',
      'Output tokens',
    ]);
    expect(panels[0]).toMatchObject({ series: [{ points: [[0, 1]] }], x: { step: 1 } });
    expect(panels[1]).toMatchObject({
      series: [
        { name: 'longest', points: [[0, 7]] },
        { name: 'mean', points: [[0, 7]] },
      ],
    });
  });

  test('leave out what is not known, and where there was nothing', () => {
    const panels = panelsOf([
      [100, 10, null],
      [200, 20, null],
      [2500, 40, null],
    ]);
    expect(panels.map(({ title }) => title)).toEqual(['Requests per second', 'Prompt tokens']);
    expect(panels[0]).toMatchObject({
      series: [
        {
          points: [
            [0, 2],
            [1, 0],
            [2, 1],
          ],
        },
      ],
    });
    expect(panels[1]).toMatchObject({
      series: [
        {
          points: [
            [0, 20],
            [2, 40],
          ],
        },
        {
          points: [
            [0, 15],
            [2, 40],
          ],
        },
      ],
    });
  });

  test('have a row for each session, in the order in which they begin', () => {
    const [, , , sessions] = panelsOf([
      [0, 1, 1, 8],
      [150, 1, 1, 3],
      [900, 1, 1, 8],
    ]);
    expect(sessions).toMatchObject({
      title: 'Sessions',
      kind: 'interval',
      series: [
        {
          spans: [
            [0, 0, 0.1],
            [1, 0.1, 0.2],
            [0, 0.9, 1],
          ],
        },
      ],
      notes: [],
    });
  });
});
