import { expect, test } from 'vitest';
import type { Transport } from '../../../src/transport/transport.ts';
import { request, rig, settle, transportTo, until } from '../http-rig.ts';
import { Recorder } from '../recorder.ts';
import { stream } from '../scripted-server.ts';

function sendAll(transport: Transport, count: number): Recorder[] {
  const recorders = Array.from({ length: count }, () => new Recorder());
  for (const recorder of recorders) transport.send(request, recorder);
  return recorders;
}

test('held requests have open connections, and not a byte of them is sent until they are released', async () => {
  const { server, transport } = await rig((socket) => socket.write(stream('a')));
  const stage = transport.stage!;
  stage.hold();
  const recorders = sendAll(transport, 3);
  await stage.allReady();
  await until(() => server.open === 3);
  await settle();
  expect(server.requests).toEqual([]);
  expect(recorders.map(({ types }) => types)).toEqual([[], [], []]);
  stage.release();
  await Promise.all(recorders.map(({ over }) => over));
  expect(recorders.map(({ types }) => types)).toEqual(Array(3).fill(['sent', 'delta', 'end']));
  expect(server.requests).toHaveLength(3);
});

test('what is sent after the release is sent at once, over the same connections', async () => {
  const { server, transport } = await rig((socket) => socket.write(stream('a')));
  const stage = transport.stage!;
  stage.hold();
  const [first] = sendAll(transport, 1);
  await stage.allReady();
  stage.release();
  await first!.over;
  const [second] = sendAll(transport, 1);
  await second!.over;
  expect(server.requests.map(({ connection }) => connection)).toEqual([0, 0]);
});

test('a held request that is cancelled is never sent', async () => {
  const { server, transport } = await rig((socket) => socket.write(stream('a')));
  const stage = transport.stage!;
  stage.hold();
  const recorder = new Recorder();
  const cancel = transport.send(request, recorder);
  await stage.allReady();
  cancel();
  stage.release();
  await settle();
  expect(server.requests).toEqual([]);
  expect(recorder.types).toEqual([]);
});

test('one that is released before its connection is open is sent when it is', async () => {
  const { transport } = await rig((socket) => socket.write(stream('a')));
  const stage = transport.stage!;
  stage.hold();
  const [recorder] = sendAll(transport, 1);
  stage.release();
  await recorder!.over;
  expect(recorder!.types).toEqual(['sent', 'delta', 'end']);
});

test('a server that is not there keeps nobody waiting', async () => {
  const transport = transportTo('http://127.0.0.1:1');
  const stage = transport.stage!;
  stage.hold();
  const [recorder] = sendAll(transport, 1);
  await stage.allReady();
  expect(recorder!.types).toEqual(['fail']);
});
