import { SystemClock } from '../../base/clock.ts';
import { argsOfProgram, commandLineOf } from '../../base/command-line.ts';
import { errorText, UsageError } from '../../base/errors.ts';
import { striker, withoutUrlSecrets } from '../../base/secret.ts';
import { version } from '../../base/version.ts';
import { writeWhole } from '../../base/write-whole.ts';
import { CONSTANTS, profileWith } from '../../calibrate/probe/constants.ts';
import { openProbeFolder } from '../../calibrate/probe/folder.ts';
import { loadCost } from '../../calibrate/probe/load.ts';
import { type Probed, probeServer } from '../../calibrate/probe/probe.ts';
import { profileConstants, profileJson } from '../../calibrate/probe/profile.ts';
import type { PrefillSeen } from '../../calibrate/probe/seen.ts';
import { ProbeSession } from '../../calibrate/probe/session.ts';
import { openProbeTarget } from '../../calibrate/probe/target.ts';
import { probeSections } from '../../calibrate/probe/text.ts';
import { engineMsOf, timelineOf } from '../../calibrate/probe/timeline.ts';
import { fitTraffic, withTraffic } from '../../calibrate/probe/traffic-fit.ts';
import { Refused } from '../../calibrate/refused.ts';
import { readProfile } from '../../engine/cost/profile-file.ts';
import { checkWritable } from '../../play/writable.ts';
import { sectionsText } from '../../report/render/text.ts';
import { engineSchema } from '../../scenario/engine.ts';
import { parseOverridden } from '../../scenario/load.ts';
import { secretsOf } from '../../scenario/secrets.ts';
import { apiKeyOf, networkOf } from '../play.ts';
import { overridesOf } from '../scenario/scenario-of.ts';
import { listenForInterrupts } from '../terminal/interrupts.ts';
import { reportColumns } from '../terminal/screen.ts';
import { clearStatus, hasStatus, say, showStatus } from '../terminal/stderr.ts';
import { calibrateFlags, type ServerFlags, STREAMS } from './flags.ts';

/** Probes a server, writes the profile, and tells what was found. */
export async function calibrateServer(flags: ServerFlags): Promise<void> {
  const { out, json, quiet, budget, streams = STREAMS, wide } = flags;
  checkWritable('--out', out);
  if (json !== undefined && json !== '-') checkWritable('--json', json);
  const scenario = parseOverridden(
    { name: 'calibrate', sampling: { ignoreEos: true } },
    await overridesOf(calibrateFlags, flags),
    'calibrate',
  );
  if (scenario.target.url === 'embedded') {
    throw new UsageError('--url: missing; expected the base URL of a server');
  }
  const clock = new SystemClock();
  const interrupts = listenForInterrupts();
  const apiKey = apiKeyOf(scenario, flags.apiKey);
  const target = await openProbeTarget(scenario, clock, apiKey, networkOf(process.env));
  const commandLine = commandLineOf(
    argsOfProgram() ?? [],
    striker(secretsOf(scenario.target, apiKey)),
  );
  const folder = openProbeFolder({ scenario, clock, target, commandLine });
  const session = new ProbeSession({
    ...{ target, clock, keeper: folder, budgetMs: budget * 1000, givenUp: interrupts.givenUp },
    seed: String(clock.originEpochMs),
    ...(!quiet && { progress }),
  });
  let digest: string | undefined;
  try {
    const probed = await probeServer(session, { streams });
    const tookMs = session.spentMs;
    digest = folder.close();
    const load = probed.tier && loadCost(probed.tier, (seen) => restMs(probed, seen));
    const probedConstants = profileConstants(probed, load);
    const provenance = {
      ...{ date: new Date(clock.originEpochMs).toISOString(), confab: version() },
      ...{ server: withoutUrlSecrets(scenario.target.url), version: target.version, digest },
      requests: session.sums.requests,
    };
    const start = profileJson(probed, probedConstants, provenance);
    const probedFile = `${folder.dir}/engine.json`;
    writeWhole(probedFile, [`${JSON.stringify(start, null, 2)}\n`]);
    const traffic = await fitTraffic(
      probed.traffic,
      readProfile(probedFile),
      engineSchema.parse(start.engine),
      () => session.leftMs < 0,
    );
    const constants = traffic ? withTraffic(probedConstants, traffic) : probedConstants;
    const profile = traffic ? profileJson(probed, constants, provenance, traffic.residuals) : start;
    folder.keep({
      ...probed,
      traffic: probed.traffic.map(({ conversation, answered: { id } }) => ({ conversation, id })),
    });
    writeWhole(probedFile, [`${JSON.stringify(profile, null, 2)}\n`]);
    writeWhole(out, [`${JSON.stringify(profile, null, 2)}\n`]);
    const report = { probed, constants, load, provenance, tookMs, dir: folder.dir, file: out };
    const found = {
      profile,
      limits: probed.limits,
      load,
      residuals: probed.constants.residuals,
      notes: probed.notes,
    };
    const text = `${JSON.stringify(found, null, 2)}\n`;
    clearStatus();
    if (json === '-') process.stdout.write(text);
    else {
      if (json !== undefined) writeWhole(json, [text]);
      process.stdout.write(`${sectionsText(probeSections(report), reportColumns(wide))}\n`);
    }
  } catch (error) {
    folder.keep({ refused: error instanceof Refused ? error.reasons : [errorText(error)] });
    throw error;
  } finally {
    if (digest === undefined) folder.close();
    interrupts.stop();
    await target.close();
  }
}

function progress(stage: string, leftMs: number): void {
  const text = `${stage}: ${Math.max(0, Math.round(leftMs / 1000))} s left`;
  if (hasStatus()) showStatus(text);
  else say(text, { event: 'stage', stage, leftMs: Math.round(leftMs) });
}

/** What a prompt takes of which the cached part is on the GPU. */
function restMs({ constants }: Probed, seen: PrefillSeen): number {
  const { values, stepping, maxBatchedTokens } = constants;
  const profile = profileWith(
    CONSTANTS.map((name) => values[name]),
    stepping,
  );
  const apiMs = values.apiMs + (values.promptTokenUs / 1e3) * seen.inputTokens;
  return apiMs + engineMsOf(timelineOf(profile), seen, maxBatchedTokens);
}
