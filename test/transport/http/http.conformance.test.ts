import type { Socket } from 'node:net';
import { type Behaviour, transportConformance } from '../conformance.ts';
import { rig, settle, until } from '../http-rig.ts';
import {
  contentEvent,
  httpChunk,
  type Received,
  response,
  STREAM_HEAD,
  stream,
} from '../scripted-server.ts';

const plays: Readonly<Record<Behaviour, (socket: Socket, request: Received) => void>> = {
  answer(socket, { body }) {
    const { max_tokens: maxTokens } = JSON.parse(body) as { max_tokens: number };
    socket.write(stream(...Array.from({ length: maxTokens }, (_, index) => ` word${index}`)));
  },
  refuse: (socket) => socket.write(response('429 Too Many Requests', '{"error":{"message":"no"}}')),
  breakOff(socket) {
    socket.write(STREAM_HEAD + httpChunk(contentEvent('a')), () => {
      setTimeout(() => socket.resetAndDestroy(), 10);
    });
  },
  stall: () => {},
};

transportConformance('http', async (behaviour) => {
  const { transport } = await rig(plays[behaviour]);
  return { transport, until, settle, close: () => transport.close() };
});
