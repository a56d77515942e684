import { SystemClock } from '../base/clock.ts';
import { errorText, UsageError } from '../base/errors.ts';
import { striker } from '../base/secret.ts';
import { measure } from '../play/measure.ts';
import { transportTo } from '../play/target.ts';
import type { RunFooter } from '../record/record.ts';
import { isolated } from '../run/isolation.ts';
import type { Run } from '../run/run.ts';
import { secretsOf } from '../scenario/secrets.ts';
import { openWorkload } from '../workload/load.ts';
import { lineJournal } from './line-journal.ts';
import type { FromWorker, ToWorker, WorkerTask } from './messages.ts';
import { type Member, memberOf } from './together.ts';

// A process of its own: plays the partition that it is given, and tells the process that began it.

/** How often it says how far it is. */
const STATE_EVERY_MS = 250;

const send = (message: FromWorker): void => void process.send!(message);

let run: Run | undefined;
let member: Member | undefined;
let begin: (atMs: number) => void = () => {};

// What ends all of them is told by the process that began them, which ends in its own time; without it there is
// nobody to play for.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
process.on('disconnect', () => process.exit());
process.on('message', (message: ToWorker) => {
  if (message.type === 'task') void played(message.task);
  else if (message.type === 'start') begin(message.atMs);
  else if (message.type === 'stop') run?.interrupt(message.by);
  else if (message.type === 'abort') run?.abort();
  else member?.told(message);
});

async function played(task: WorkerTask): Promise<void> {
  try {
    await play(task);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    send({ type: 'problem', text: errorText(error) });
  }
}

async function play(task: WorkerTask): Promise<void> {
  const { url, model, apiKey, network, isolatedBy } = task;
  const clock = new SystemClock(task.origin);
  const loaded = await openWorkload(task.scenario);
  const transport = transportTo(url, {
    ...{ model, apiKey, network, clock },
    scenario: task.scenario,
  });
  const load = isolated({ scenario: task.scenario, workload: loaded }, isolatedBy);
  const startMs = await new Promise<number>((resolve) => {
    begin = resolve;
    send({ type: 'ready', digest: loaded.digest });
  });
  await new Promise<void>((resolve) => {
    clock.setTimeout(resolve, Math.max(0, startMs - clock.now()));
  });
  member = memberOf(load.scenario, clock, startMs, send);
  const journal = lineJournal(clock, send);
  let timer: unknown;
  const tellState = (): void => {
    if (run) send({ type: 'state', state: run.state() });
    timer = clock.setTimeout(tellState, STATE_EVERY_MS);
  };
  const { account } = await measure({
    ...load,
    ...{ clock, transport, together: member, before: task.before },
    openJournal: () => journal,
    keptText: 'what it had measured is kept',
    companion: undefined,
    strike: striker(secretsOf(load.scenario.target, apiKey)),
    observer: {
      notice: (line) => send({ type: 'notice', line }),
      started(started) {
        run = started;
        tellState();
      },
      ended: () => clock.clearTimeout(timer),
    },
  });
  send({ type: 'done', end: journal.footer as RunFooter, account: account! });
  await transport.close();
}
