import type { Socket } from 'node:net';
import type { Dispatcher } from 'undici';
import type { MakeClient } from './client.ts';
import { type Reading, type SocketReads, socketReads } from './socket-reads.ts';

/**
 * One connection at a time to one server, for one request at a time. It is opened by the first request,
 * and opened again if the server has closed it in between.
 */
export class Connection {
  readonly #client: Dispatcher;
  #socket: Socket | undefined;
  #reads: SocketReads | undefined;
  /** The request was given to a connection that was open, and none was opened since. */
  #isReused = false;
  #bytesBefore = 0;
  #isHeld = false;

  constructor(makeClient: MakeClient, reading: Reading) {
    this.#client = makeClient((socket) => {
      this.#isReused = false;
      // What a proxy has said of a tunnel is no answer.
      this.#bytesBefore = socket.bytesRead;
      this.#socket = socket;
      this.#reads = socketReads(socket, reading);
      if (this.#isHeld) socket.cork();
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

  /** What is written stays here until it is released. */
  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.#socket?.uncork();
  }

  /** When that was readable which is being taken in: bytes, or their end. */
  get readMs(): number {
    return this.#reads!.atMs;
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
  readonly #makeClient: MakeClient;
  readonly #reading: Reading;
  readonly #all = new Set<Connection>();
  readonly #idle: Connection[] = [];

  constructor(makeClient: MakeClient, reading: Reading) {
    this.#makeClient = makeClient;
    this.#reading = reading;
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
    const connection = new Connection(this.#makeClient, this.#reading);
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
