import { parentPort, workerData } from 'node:worker_threads';
import type { AnswerForm } from './probe-answer.ts';
import { startProbeServer } from './probe-server.ts';

/** The thread of threaded.ts: serves until it is terminated. */
parentPort!.postMessage((await startProbeServer(workerData as AnswerForm)).url);
