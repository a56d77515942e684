import type { Crowd } from '../population/crowd.ts';
import { offeredLoad } from '../population/offered-load.ts';
import type { Player } from '../population/player.ts';
import { Population } from '../population/population.ts';
import { processOf } from '../population/processes.ts';
import { roomsOf } from '../population/rooms.ts';
import type { Scenario } from '../scenario/schema.ts';
import { idleOf } from '../user/idle.ts';
import type { Ledger } from '../user/ledger.ts';
import type { Outage } from '../user/outage.ts';
import type { Session } from '../user/session.ts';
import type { World } from '../user/world.ts';
import { clientsOf } from './clients.ts';
import { gateOfRun } from './gates.ts';
import { type WorldOptions, worldOf } from './phase-world.ts';
import type { Together } from './together.ts';

export interface MeasuredOptions extends WorldOptions {
  readonly outage: Outage;
  /** Of earlier parts of a resumed run: whose conversations are finished, and what was sent. */
  readonly before?: { readonly played: ReadonlySet<number>; readonly requests: number } | undefined;
  /** Who plays a conversation; default: one user, turn after turn. */
  readonly player?: ((world: World) => Player) | undefined;
  readonly together?: Together | undefined;
}

interface PhaseEnds {
  /** Where the warm-up is the first part of their load. */
  readonly phaseAt: World['phaseAt'] | undefined;
  /** Sessions of the warm-up to go on with. */
  readonly begun: ReadonlyMap<number, Session> | undefined;
  readonly onStop: (by: 'requests' | 'exhausted') => void;
  readonly onEmpty: () => void;
}

/** Who is measured, and where what they planned stands. */
export function measuredCrowd(
  options: MeasuredOptions,
  scenario: Scenario,
  { begun, phaseAt, onStop, onEmpty }: PhaseEnds,
): [Crowd, Ledger] {
  const { clock, before, workload, outage, together } = options;
  const { arrivals, maxIdleSec, maxActive, rampUp, stopWhenExhausted } = scenario.population;
  const idle = idleOf({ clock, maxIdleSec, isIdle: () => own.isIdle });
  const own = gateOfRun(
    scenario,
    {
      ...{ clock, outage },
      onLastRequest: () => onStop('requests'),
      onIdle: idle && (() => idle.begins()),
    },
    before?.requests,
  );
  const gate = together?.door('measure', outage) ?? own;
  const world = worldOf({ ...options, idle }, gate, 'measure', phaseAt);
  const { played } = before ?? {};
  const process = processOf(arrivals);
  if (process.loop === 'closed' && process.clients) {
    const requestsBefore = before?.requests;
    const ends = { begun, onLeft: onStop, onEmpty };
    return [
      clientsOf(world, scenario, process.clients, { played, requestsBefore, ...ends }),
      world.ledger,
    ];
  }
  const population = new Population(world, {
    load: offeredLoad(scenario, { played, traceMs: workload.arrivalsMs }),
    rooms: together?.rooms ?? roomsOf(maxActive ?? Infinity),
    synthesiseHistory: rampUp?.history === 'synthesised',
    begun,
    recordNotArrived: scenario.stop.recordNotArrived,
    onEmpty,
    player: options.player?.(world),
    onExhausted: stopWhenExhausted ? () => onStop('exhausted') : undefined,
  });
  return [population, world.ledger];
}
