import type { Clock } from '../base/clock.ts';
import { UsageError } from '../base/errors.ts';
import type { Scenario } from '../scenario/schema.ts';
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
  const embedded = isEmbedded ? await startEngine(scenario) : undefined;
  const target = { ...scenario.target, url: embedded?.url ?? scenario.target.url };
  try {
    const { url, headers, ca, insecure } = target;
    const found = await probe({ url, headers, ca, insecure, apiKey });
    const model = target.model ?? found.models?.[0];
    if (model === undefined) {
      throw new UsageError(
        `target.model: missing, and the server's /v1/models names none; give it in the scenario or with --model`,
      );
    }
    const sampling = samplingOf(scenario);
    const transport = httpTransport({ target, sampling, apiKey, model, clock });
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

/** Loaded only where it is needed: the engine brings its own dependencies. */
async function startEngine({ engine, conversation }: Scenario) {
  const { startThreaded } = await import('../engine/threaded.ts');
  const tokenizer = engine.tokenizer ?? conversation.tokenizer;
  return startThreaded({ ...engine, tokenizer });
}

/** Answers of a forced length go on past the end-of-sequence token. */
function samplingOf({ sampling, conversation }: Scenario): Scenario['sampling'] {
  const ignoreEos = sampling.ignoreEos ?? (conversation.answer.force || undefined);
  return { ...sampling, ignoreEos };
}
