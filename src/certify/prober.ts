import type { Clock } from '../base/clock.ts';
import type { Scenario } from '../scenario/schema.ts';
import { httpTransport } from '../transport/http/http.ts';
import type { Transport } from '../transport/transport.ts';
import type { ProbeServer } from './probe-server.ts';
import { startThreadedProbes } from './threaded.ts';

/** What sends probes. */
export interface Prober {
  readonly clock: Clock;
  /** To the server of probes, and otherwise as the run's own. */
  readonly transport: Transport;
}

export interface OpenProber extends Prober {
  close(): Promise<void>;
}

/** Starts a server of probes; requests go to it as the scenario's do to its target, but for what is secret or encrypted. */
export async function openProber(
  { target, sampling, output }: Pick<Scenario, 'target' | 'sampling' | 'output'>,
  clock: Clock,
): Promise<OpenProber> {
  const form = { api: target.api, isStreamed: target.stream };
  const server: ProbeServer = await startThreadedProbes(form);
  const transport = httpTransport({
    target: {
      ...target,
      url: server.url,
      headers: {},
      ca: undefined,
      cookies: undefined,
      requestId: undefined,
    },
    sampling,
    model: 'probe',
    apiKey: undefined,
    clock,
    keepHeaders: output.keepHeaders,
  });
  return {
    clock,
    transport,
    async close() {
      await transport.close();
      await server.close();
    },
  };
}
