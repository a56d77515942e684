import { SystemClock } from '../base/clock.ts';
import { type Run, startRun } from '../run/run.ts';
import { parseScenario } from '../scenario/load.ts';
import type { ChatRequest, ResponseObserver, Transport } from '../transport/transport.ts';
import { openWorkload } from '../workload/load.ts';
import { answerParent } from './child.ts';
import { heapBytes, total } from './measure.ts';

// A child process: many users who arrive at once, are answered from memory, and then think.

/** What was measured of a crowd. */
export interface Crowd {
  readonly users: number;
  readonly turns: number;
  /** Until all first requests were with the transport, user and kernel time. */
  readonly arrivalCpuSec: number;
  /** Growth of the heap and of what it holds outside, while all users think. */
  readonly bytesPerUser: number;
  /** Text said so far, once, in UTF-8. What is still to be said counts as overhead. */
  readonly textBytesPerUser: number;
}

const USERS = 10_000;
const TURNS = 5;
const ANSWER_TOKENS = 60;

interface Waiting {
  readonly request: ChatRequest;
  readonly observer: ResponseObserver;
}

/** Keeps requests until it is told to answer them, token by token. */
class MemoryTransport implements Transport {
  waiting: Waiting[] = [];
  #tell: () => void = () => {};
  readonly allWaiting = new Promise<void>((resolve) => {
    this.#tell = resolve;
  });

  send(request: ChatRequest, observer: ResponseObserver): () => void {
    this.waiting.push({ request, observer });
    observer.onSent(clock.now());
    if (this.waiting.length === USERS) this.#tell();
    return () => {};
  }

  /** Every token is a string of its own, as one that was cut out of a stream. Gives the bytes said. */
  answerAll(): number {
    let bytes = 0;
    for (const { request, observer } of this.waiting) {
      for (let token = 0; token < ANSWER_TOKENS; token++) {
        const text = ` u${request.userId}.${token}`;
        bytes += Buffer.byteLength(text);
        observer.onDelta('content', text, clock.now());
      }
      bytes += Buffer.byteLength(request.messages.at(-1)!.text);
      const usage = { inputTokens: 100, outputTokens: ANSWER_TOKENS };
      observer.onEnd({ usage, finishReason: 'length' }, clock.now());
    }
    this.waiting = [];
    return bytes;
  }

  async close(): Promise<void> {}
}

const clock = new SystemClock();
let run: Run | undefined;

async function gather(): Promise<Crowd> {
  const scenario = parseScenario({
    conversation: { systemPrompt: { tokens: 500 }, rounds: TURNS },
    pacing: { mode: 'think', pauseSec: 3600 },
    population: { arrivals: { process: 'allAtOnce' }, users: USERS },
  });
  const transport = new MemoryTransport();
  const workload = await openWorkload(scenario);
  const emptyBytes = await heapBytes();
  const cpu = process.cpuUsage();
  run = startRun({ scenario, clock, transport, workload, record() {}, onDone() {} });
  await transport.allWaiting;
  const arrivalCpuSec = total(process.cpuUsage(cpu)) / 1e6;
  const textBytes = transport.answerAll();
  const fullBytes = await heapBytes();
  const { activeUsers, inFlight } = run.state();
  if (activeUsers !== USERS || inFlight !== 0) throw new Error('not all users are thinking');
  return {
    users: USERS,
    turns: TURNS,
    arrivalCpuSec,
    bytesPerUser: (fullBytes - emptyBytes) / USERS,
    textBytesPerUser: textBytes / USERS,
  };
}

answerParent({ gather });
