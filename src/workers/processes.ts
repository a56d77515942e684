import { type ChildProcess, fork } from 'node:child_process';
import { type Clock, READY_MS, type SystemClock } from '../base/clock.ts';
import { Interrupted, UsageError } from '../base/errors.ts';
import type { Crew } from '../play/measure.ts';
import type { CrewAsked } from '../play/workers.ts';
import { type Hand, startCrew } from './crew.ts';
import type { FromWorker, ToWorker, WorkerTask } from './messages.ts';
import { partitionOf } from './partition.ts';

/** All have heard by then when they begin, also on a machine that is busy. */
const LEAD_MS = 50;
/** What one may take to end by itself, when it is done. */
const END_MS = 2000;

/**
 * A process for each partition: one that is killed, or runs out of memory, takes no other with it, and each has files,
 * heap and garbage collection of its own. They end with this process, however that ends.
 * @throws UsageError for what they cannot use; Interrupted.
 */
export async function gatherProcesses(asked: CrewAsked): Promise<Crew> {
  const hands = Array.from({ length: asked.count }, () => new ProcessHand());
  const close = async () => {
    await Promise.all(hands.map((hand) => hand.end(asked.clock)));
  };
  const giveUp = () => {
    for (const hand of hands) hand.kill();
  };
  asked.givenUp?.addEventListener('abort', giveUp);
  try {
    const digests = await Promise.all(
      hands.map((hand, index) =>
        hand.ready(taskOf(asked, index), `worker ${index} of ${asked.count}`),
      ),
    );
    if (digests.some((digest) => digest !== asked.workload.digest)) {
      throw new UsageError(
        'a worker has loaded another workload than this process: were its files changed meanwhile?',
      );
    }
  } catch (error) {
    giveUp();
    throw asked.givenUp?.aborted ? new Interrupted() : error;
  } finally {
    asked.givenUp?.removeEventListener('abort', giveUp);
  }
  return {
    close,
    start: ({ onLost, ...options }) =>
      startCrew({
        ...options,
        ...{ hands, readyMs: READY_MS, leadMs: LEAD_MS, notice: asked.tell },
        onLost: (index, why) =>
          onLost(
            `worker ${index} of ${asked.count} ${why}: what it was to send from then on is recorded as unsent`,
          ),
      }),
  };
}

function taskOf(asked: CrewAsked, index: number): WorkerTask {
  const { scenario, clock, url, model, apiKey, network = {}, isolatedBy, before } = asked;
  const partition = partitionOf(scenario, index, asked.count);
  return {
    scenario: { ...scenario, population: { ...scenario.population, partition } },
    origin: (clock as SystemClock).origin(),
    ...{ url, model, apiKey, network, isolatedBy, before },
  };
}

class ProcessHand implements Hand {
  readonly #child: ChildProcess;
  #hear: (message: FromWorker) => void = () => {};
  #lose: (why: string) => void = () => {};
  #ended: string | undefined;

  constructor() {
    this.#child = fork(new URL('./worker.js', import.meta.url), {
      // A group of its own: a Ctrl-C is for the process that it works for.
      detached: true,
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#child.on('message', (message) => this.#hear(message as FromWorker));
    this.#child.on('error', () => {});
    this.#child.on('disconnect', () => this.#loseIfGone());
    this.#child.on('exit', (code, signal) => {
      this.#ended = signal ? `was ended by ${signal}` : `ended with code ${code}`;
      this.#loseIfGone();
    });
  }

  /** Subtle: what it has said before its end may be heard after that. */
  #loseIfGone(): void {
    if (this.#ended !== undefined && !this.#child.connected) this.#lose(this.#ended);
  }

  /** Resolves with the digest of its workload. */
  ready(task: WorkerTask, name: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#lose = (why) => reject(new Error(`${name} ${why} before it was ready`));
      this.#hear = (message) => {
        if (message.type === 'ready') resolve(message.digest);
        else if (message.type === 'problem') reject(new UsageError(message.text));
      };
      this.send({ type: 'task', task });
    });
  }

  /** One that is gone says so by its end. */
  send(message: ToWorker): void {
    if (this.#child.connected) this.#child.send(message, () => {});
  }

  listen(onMessage: (message: FromWorker) => void): void {
    this.#hear = onMessage;
  }

  onLost(listener: (why: string) => void): void {
    this.#lose = listener;
    this.#loseIfGone();
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** It ends when nobody is there to play for. */
  async end(clock: Clock): Promise<void> {
    if (this.#ended !== undefined) return;
    await new Promise<void>((resolve) => {
      const timer = clock.setTimeout(() => this.kill(), END_MS);
      this.#child.once('exit', () => {
        clock.clearTimeout(timer);
        resolve();
      });
      if (this.#child.connected) this.#child.disconnect();
    });
  }
}
