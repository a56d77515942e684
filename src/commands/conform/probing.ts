import { SystemClock } from '../../base/clock.ts';
import { EngineUnreachable, UsageError } from '../../base/errors.ts';
import { type Certificate, certificateOf, deviationTexts } from '../../conform/certificate.ts';
import { conform } from '../../conform/conform.ts';
import { httpWire } from '../../conform/http-wire.ts';
import type { Verdict } from '../../conform/verdict.ts';
import { accessOf, engineOptions } from '../../play/target.ts';
import { parseOverridden } from '../../scenario/load.ts';
import { withOverrides } from '../../scenario/overrides.ts';
import { at } from '../../scenario/paths.ts';
import type { Scenario } from '../../scenario/schema.ts';
import type { ServerAccess } from '../../transport/http/get.ts';
import { probe } from '../../transport/http/probe.ts';
import { apiKeyOf, networkOf } from '../play.ts';
import { overridesOf } from '../scenario/scenario-of.ts';
import { environmentUrl, urlSaid } from '../scenario/target-url.ts';
import { listenForInterrupts } from '../terminal/interrupts.ts';
import { say } from '../terminal/stderr.ts';
import { type ConformFlags, conformFlags } from './flags.ts';

/**
 * Asks the server that the flags name; a line on stderr for every probe. Interrupted, it says what was found until then.
 * @throws EngineUnreachable if nothing answers there
 */
export async function certified(
  flags: ConformFlags,
): Promise<{ readonly certificate: Certificate; readonly isInterrupted: boolean }> {
  const scenario = await targetOf(flags);
  const clock = new SystemClock();
  const { quiet, blockTokens, blocks } = flags;
  const seed = flags.seed ?? String(clock.originEpochMs);
  const own = await ownEngine(scenario);
  const interrupts = listenForInterrupts();
  try {
    const target = { ...scenario.target, url: own?.url ?? scenario.target.url };
    const access = accessOf(target, apiKeyOf(scenario, flags.apiKey), networkOf(process.env));
    const model = target.model ?? (await modelOf(access));
    const found = await conform(httpWire(access, clock, flags.timeout), {
      said: { model, blockTokens, blocks },
      seed,
      only: flags.only,
      isGentle: flags.gentle === true,
      fillTokensMax: flags.fill,
      givenUp: interrupts.givenUp,
      onVerdict: (id, verdict) => {
        if (!quiet) say(lineOf(id, verdict), { event: 'probe', probe: { id, ...verdict } });
      },
    });
    const certificate = certificateOf(found, { seed, epochMs: clock.originEpochMs });
    return { certificate, isInterrupted: found.isInterrupted };
  } finally {
    interrupts.stop();
    await own?.close();
  }
}

function lineOf(id: string, verdict: Verdict): string {
  if (verdict.verdict === 'silent') return `${id}: silent: ${verdict.reason}`;
  return [`${id}: ${verdict.verdict}`, ...deviationTexts(verdict)].join('\n  ');
}

const TARGET = ['target', 'url'];

async function targetOf(flags: ConformFlags): Promise<Scenario> {
  const overrides = await overridesOf(conformFlags, flags);
  if (at(TARGET, withOverrides<unknown>({}, overrides)) !== undefined) {
    return parseOverridden({}, overrides, 'the flags');
  }
  const value = environmentUrl();
  if (value === undefined) {
    throw new UsageError('--url: missing; expected the URL of a server, as http://localhost:8000');
  }
  if (!flags.quiet) say(urlSaid(value));
  return parseOverridden({}, [...overrides, { path: TARGET, value }], 'the flags');
}

/** The engine that is built in, on a thread of its own. */
async function ownEngine(scenario: Scenario) {
  if (scenario.target.url !== 'embedded') return undefined;
  const { startThreaded } = await import('../../engine/threaded.ts');
  return startThreaded(engineOptions(scenario));
}

async function modelOf(access: ServerAccess): Promise<string> {
  const { models, modelsReason } = await probe(access);
  const [first] = models ?? [];
  if (first !== undefined) return first;
  throw new EngineUnreachable(
    `the server's /v1/models names no model (${modelsReason}); give it with --model`,
  );
}
