import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HubServer {
  readonly url: string;
  /** Authorization headers of the requests, in order. */
  readonly authorizations: readonly (string | undefined)[];
  close(): void;
}

/** The part of the Hugging Face Hub that fetching one file needs: path information, and ranges of the file. */
export async function hubServer(files: Record<string, string>): Promise<HubServer> {
  const authorizations: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    authorizations.push(request.headers.authorization);
    if (request.method === 'POST') void answerPaths(request, response, files);
    else answerFile(request, response, files);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, authorizations, close: () => server.close() };
}

async function answerPaths(
  request: IncomingMessage,
  response: ServerResponse,
  files: Record<string, string>,
) {
  let body = '';
  for await (const chunk of request) body += chunk;
  const { paths } = JSON.parse(body) as { paths: string[] };
  const known = paths.filter((path) => path in files);
  const information = known.map((path) => ({
    type: 'file',
    path,
    oid: `oid-of-${path}`,
    size: files[path]!.length,
    lastCommit: { id: 'c0ffee', title: '', date: '2024-01-01T00:00:00.000Z' },
  }));
  response.setHeader('content-type', 'application/json').end(JSON.stringify(information));
}

function answerFile(
  { url, headers }: IncomingMessage,
  response: ServerResponse,
  files: Record<string, string>,
) {
  const content = files[url!.split('/').at(-1)!];
  if (content === undefined) {
    response.writeHead(404, { 'x-error-code': 'EntryNotFound' }).end();
    return;
  }
  const [first, last] = (headers.range ?? 'bytes=0-').slice('bytes='.length).split('-');
  const to = last ? Number(last) + 1 : content.length;
  response
    .writeHead(206, {
      etag: '"tag"',
      'content-range': `bytes ${first}-${to - 1}/${content.length}`,
    })
    .end(content.slice(Number(first), to));
}
