import type { Clock } from '../../base/clock.ts';
import { UsageError } from '../../base/errors.ts';
import { openSimulated, openTarget, type Target } from '../../play/target.ts';
import type { Scenario } from '../../scenario/schema.ts';
import type { Network } from '../../transport/http/proxy.ts';
import type { Transport } from '../../transport/transport.ts';

/** Where one agent's requests go. */
export interface AgentTarget {
  readonly url: string;
  readonly model: string;
}

/**
 * One target for each agent, by its id: a list of one is for all agents, a longer one has one for each.
 * @throws UsageError for a list of any other length.
 */
export function agentTargets(
  agents: number,
  models: readonly string[],
  urls: readonly string[],
): AgentTarget[] {
  const check = (flag: string, list: readonly string[]): void => {
    if (list.length === 1 || list.length === agents) return;
    throw new UsageError(
      `${flag}: found ${list.length}; expected 1, or one for each of the ${agents} agents`,
    );
  };
  check('--model', models);
  check('--base-url', urls);
  return Array.from({ length: agents }, (_, agent) => ({
    url: urls[agent] ?? urls[0]!,
    model: models[agent] ?? models[0]!,
  }));
}

/**
 * Connects to every model at every URL once, and sends each agent's requests to its own.
 * @throws EngineUnreachable if nothing answers at one of them.
 */
export async function openAgentTargets(
  scenario: Scenario,
  targets: readonly AgentTarget[],
  clock: Clock,
  apiKey: string | undefined,
  network?: Network,
): Promise<Target> {
  const byName = new Map<string, Target>();
  const close = async (): Promise<void> => {
    for (const target of byName.values()) await target.close();
  };
  try {
    for (const target of targets) {
      if (byName.has(nameOf(target))) continue;
      const { url, model } = target;
      const opened = await openTarget(
        {
          ...scenario,
          target: { ...scenario.target, url, model },
          engine: { ...scenario.engine, model },
        },
        clock,
        apiKey,
        network,
      );
      byName.set(nameOf(target), opened);
    }
  } catch (error) {
    await close();
    throw error;
  }
  const transports = targets.map((target) => byName.get(nameOf(target))!.transport);
  return {
    transport: routed(transports),
    model: distinct(targets.map(({ model }) => model)).join(', '),
    description: targets
      .map((target, agent) => {
        const { description } = byName.get(nameOf(target))!;
        return `agent ${agent}: ${target.model} at ${description}`;
      })
      .join('; '),
    notices: [...byName.values()].flatMap(({ notices = [] }) => notices),
    scrape: (secMax) => scrapeAll(byName, secMax),
    close,
  };
}

/** The pages of all engines that have one, each behind a comment with its name. */
async function scrapeAll(
  targets: ReadonlyMap<string, Target>,
  secMax: number | undefined,
): Promise<string | undefined> {
  const pages = await Promise.all(
    [...targets].map(async ([name, target]) => {
      const page = await target.scrape(secMax);
      return page === undefined ? [] : [`# ${name}\n${page}`];
    }),
  );
  const texts = pages.flat();
  return texts.length ? texts.join('\n') : undefined;
}

/** In virtual time one engine answers for all models. */
export async function openSimulatedAgents(
  scenario: Scenario,
  targets: readonly AgentTarget[],
  clock: Clock,
): Promise<Target> {
  const target = await openSimulated(scenario, clock);
  return {
    ...target,
    model: distinct(targets.map(({ model }) => model)).join(', '),
    description: `${target.description}, one for all models`,
  };
}

export function distinct(list: readonly string[]): string[] {
  return [...new Set(list)];
}

function routed(transports: readonly Transport[]): Transport {
  return {
    send: (request, observer) => transports[request.agent?.id ?? 0]!.send(request, observer),
    // Whoever opened the targets closes them.
    close: async () => {},
  };
}

function nameOf({ url, model }: AgentTarget): string {
  return JSON.stringify([url, model]);
}
