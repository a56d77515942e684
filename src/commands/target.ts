import type { Clock } from '../base/clock.ts';
import { UsageError } from '../base/errors.ts';
import type { Scenario } from '../scenario/schema.ts';
import { endpoint } from '../transport/endpoint.ts';
import { httpTransport } from '../transport/http.ts';
import { probe } from '../transport/probe.ts';
import type { Transport } from '../transport/transport.ts';

export interface Target {
  readonly transport: Transport;
  /** One line for the report: where requests went, and what answered. */
  readonly description: string;
  close(): Promise<void>;
}

/**
 * Connects to the scenario's target: starts the embedded engine, or asks the endpoint what it serves.
 * @throws EngineUnreachable if nothing answers there.
 */
export async function openTarget(
  scenario: Scenario,
  clock: Clock,
  apiKey: string | undefined,
): Promise<Target> {
  const isEmbedded = scenario.target.url === 'embedded';
  const embedded = isEmbedded
    ? await (await import('../engine/embedded.ts')).startEmbedded(scenario.engine)
    : undefined;
  const target = { ...scenario.target, url: embedded?.url ?? scenario.target.url };
  try {
    const at = endpoint(target.url);
    const options = { ca: target.ca, insecure: target.insecure, headers: target.headers, apiKey };
    const found = await probe(at, options);
    const model = target.model ?? found.models?.[0];
    if (model === undefined) {
      throw new UsageError(
        `target.model: missing, and ${at.models} names none; give it in the scenario or with --model`,
      );
    }
    const transport = httpTransport({ target, sampling: scenario.sampling, apiKey, model, clock });
    const what = isEmbedded ? `embedded engine (${scenario.engine.gpu} profile)` : target.url;
    const version = found.version ? `, version ${found.version}` : '';
    return {
      transport,
      description: `${what}, model ${model}${version}`,
      async close() {
        await transport.close();
        await embedded?.close();
      },
    };
  } catch (error) {
    await embedded?.close();
    throw error;
  }
}
