import type { Metrics } from '../../../src/engine/metrics/metrics.ts';

/** Every sample of a page, by its name and its labels but for the model's and the engine's. */
export type Page = ReadonlyMap<string, number>;

export async function scrape({ registry }: Pick<Metrics, 'registry'>): Promise<Page> {
  return pageOf(registry.text());
}

export function pageOf(text: string): Page {
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    samples.map((line) => {
      const [, series = '', value] = /^(.*) (\S+)$/.exec(line)!;
      const labels = series.replace(/(?<=[{,])(model_name|engine)="[^"]*",?/g, '');
      return [labels.replace(/,}$/, '}').replace('{}', ''), Number(value)];
    }),
  );
}
