import type { Socket } from 'node:net';
import { Client, type Dispatcher } from 'undici';
import type { Connect } from './http-connector.ts';
import { type SocketReads, socketReads } from './socket-reads.ts';

/**
 * undici's own default, stated because it shapes runs: uvicorn (vLLM, SGLang) closes idle connections
 * after 5 s, and a request sent at that moment is lost.
 */
const KEEP_ALIVE_MS = 4_000;

/**
 * One connection at a time to one server, for one request at a time. It is opened by the first request,
 * and opened again if the server has closed it in between.
 */
export class Connection {
  readonly #client: Client;
  #socket: Socket | undefined;
  #reads: SocketReads | undefined;
  /** The request was given to a connection that was open, and none was opened since. */
  #isReused = false;
  #bytesBefore = 0;

  constructor(origin: string, connect: Connect) {
    this.#client = new Client(origin, {
      connect: (to, callback) => {
        this.#isReused = false;
        this.#bytesBefore = 0;
        this.#socket = connect(to, callback);
        this.#reads = socketReads(this.#socket);
      },
      keepAliveTimeout: KEEP_ALIVE_MS,
      // Deadlines are the caller's.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  get isOpen(): boolean {
    return this.#socket?.readyState === 'open';
  }

  /** Whether the request that was dispatched last is on a connection that served others before it. */
  get isReused(): boolean {
    return this.#isReused;
  }

  /** Whether a byte came since then. */
  get isAnswered(): boolean {
    return (this.#socket?.bytesRead ?? 0) > this.#bytesBefore;
  }

  /** Reads of the socket so far. */
  get readCount(): number {
    return this.#reads?.count ?? 0;
  }

  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void {
    this.#isReused = this.isOpen;
    this.#bytesBefore = this.#socket?.bytesRead ?? 0;
    this.#reads?.expectHead();
    this.#client.dispatch(options, handler);
  }

  /** Frees the socket at once, also while it is being opened. */
  async destroy(): Promise<void> {
    const isClosed = this.#client.destroy();
    this.#socket?.destroy();
    await isClosed;
  }
}

/**
 * Connections to one server, as many as there are requests in flight. undici's own pool would do, but it
 * does not tell which connection a request got, whether it is a new one, nor how to insist on a new one.
 */
export class Connections {
  readonly #origin: string;
  readonly #connect: Connect;
  readonly #all = new Set<Connection>();
  readonly #idle: Connection[] = [];

  constructor(origin: string, connect: Connect) {
    this.#origin = origin;
    this.#connect = connect;
  }

  /** The connection that was used last, because it is the least likely to be closed by now; or a new one. */
  take(): Connection {
    for (let idle = this.#idle.pop(); idle; idle = this.#idle.pop()) {
      if (idle.isOpen) return idle;
      this.drop(idle);
    }
    return this.takeNew();
  }

  takeNew(): Connection {
    const connection = new Connection(this.#origin, this.#connect);
    this.#all.add(connection);
    return connection;
  }

  /** Its response is complete: the next request may have it. */
  giveBack(connection: Connection): void {
    this.#idle.push(connection);
  }

  drop(connection: Connection): void {
    this.#all.delete(connection);
    void connection.destroy();
  }

  async close(): Promise<void> {
    const open = [...this.#all];
    this.#all.clear();
    this.#idle.length = 0;
    await Promise.all(open.map((connection) => connection.destroy()));
  }
}
