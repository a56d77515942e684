import type { DeliverySummary } from '../stats/delivery.ts';
import { measure } from './number.ts';
import type { Section } from './section.ts';

/** From this share of the answers on, percentiles are the buffer's. */
const BATCHED_SHARE_MAX = 0.1;

/** Said where a stream was none when it arrived: nothing else shows that the times of tokens are not the engine's. */
export function deliverySections(delivery: DeliverySummary | undefined): Section[] {
  if (!delivery || delivery.batched < BATCHED_SHARE_MAX * delivery.answers) return [];
  const { batched, answers, chunksPerRead } = delivery;
  return [
    {
      title: "WARNING: streams came in batches: TTFT, ITL and ICL are not the engine's.",
      isWarning: true,
      lines: [
        `${batched} of ${answers} answers had ${measure(chunksPerRead)} chunks a read on average.`,
        'A gateway holds them back (nginx: proxy_buffering off), the engine sends them together, or this client reads late.',
      ],
    },
  ];
}
