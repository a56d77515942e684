import type { Metrics } from './metrics.ts';

/** What /metrics answers for one engine or several behind one address. */
export interface MetricsPage {
  readonly contentType: string;
  text(): Promise<string>;
}

/** Each engine has a label of its own, as the ranks of vLLM's data parallelism have. */
export function metricsPage(all: readonly Pick<Metrics, 'registry'>[]): MetricsPage {
  const registries = all.map(({ registry }) => registry);
  return {
    contentType: registries[0]!.contentType,
    text: async () => merged(await Promise.all(registries.map((registry) => registry.metrics()))),
  };
}

/** Series of the same name must follow each other, under one head: `# HELP` and `# TYPE`. */
function merged(texts: readonly string[]): string {
  const [first, ...others] = texts;
  if (others.length === 0) return first!;
  const linesOf = new Map<string, string[]>();
  for (const metric of texts.flatMap((text) => text.trimEnd().split('\n\n'))) {
    const [help, type, ...series] = metric.split('\n');
    const lines = linesOf.get(help!);
    if (lines) lines.push(...series);
    else linesOf.set(help!, [help!, type!, ...series]);
  }
  return `${[...linesOf.values()].map((lines) => lines.join('\n')).join('\n\n')}\n`;
}
