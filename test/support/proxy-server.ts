import { createServer, request } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

export interface ProxyServer {
  readonly url: string;
  /** What it was asked for: `CONNECT engine.test:443`, `POST http://engine.test/v1/models`. */
  readonly asked: readonly string[];
  /** Header of each that says who asks. */
  readonly authorizations: readonly (string | undefined)[];
  close(): void;
}

/**
 * A forward proxy on loopback that knows one host by name, wherever that is: nothing leaves this machine, and the
 * name that is asked for looks like any other's. `password`: answers 407 to whoever does not know it.
 */
export async function startProxy(
  host: string,
  to: string,
  password?: string,
): Promise<ProxyServer> {
  const port = Number(new URL(to).port);
  const asked: string[] = [];
  const authorizations: (string | undefined)[] = [];
  const sockets = new Set<Socket>();
  const mayPass = (authorization: string | undefined): boolean => {
    authorizations.push(authorization);
    const says = Buffer.from(authorization?.split(' ')[1] ?? '', 'base64').toString();
    return password === undefined || says.endsWith(`:${password}`);
  };
  const server = createServer((incoming, response) => {
    asked.push(`${incoming.method} ${incoming.url}`);
    const { hostname, pathname, host: meant } = new URL(incoming.url ?? '');
    if (!mayPass(incoming.headers['proxy-authorization'])) {
      response.writeHead(407).end('who are you?');
    } else if (hostname !== host || incoming.headers.host !== meant) {
      response.writeHead(502).end('no such host');
    } else {
      const { method, headers } = incoming;
      const onward = request(
        { host: '127.0.0.1', port, path: pathname, method, headers },
        (back) => {
          response.writeHead(back.statusCode ?? 502, back.headers);
          back.pipe(response);
        },
      );
      onward.on('error', () => response.destroy());
      incoming.pipe(onward);
    }
  });
  server.on('connect', (incoming, socket: Socket) => {
    asked.push(`CONNECT ${incoming.url}`);
    socket.on('error', () => {});
    if (!mayPass(incoming.headers['proxy-authorization'])) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    const onward = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.destroy());
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    authorizations,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
