import { expect, test } from 'vitest';
import { ChatTenants } from '../../../src/workload/chats/tenants.ts';
import { Message } from '../../../src/workload/message.ts';

function numbersOf(chats: readonly { system?: string; tools?: string[] }[]) {
  const tenants = new ChatTenants();
  for (const { system, tools } of chats) {
    const opening = system === undefined ? [] : [new Message('system', system)];
    tenants.add({ opening, request: tools && { tools } });
  }
  return tenants.numbers;
}

test('conversations are told apart by system prompt and tools', () => {
  expect(
    numbersOf([
      { system: 'a' },
      { system: 'b' },
      {},
      { system: 'a' },
      { system: 'a', tools: ['t'] },
      { tools: ['t'] },
      {},
    ]),
  ).toEqual([1, 2, 3, 1, 4, 5, 3]);
});

test('not where all begin alike, or no two do', () => {
  expect(numbersOf([{ system: 'a' }, { system: 'a' }])).toBeUndefined();
  expect(numbersOf([{ system: 'a' }, { system: 'b' }])).toBeUndefined();
  expect(numbersOf([])).toBeUndefined();
});
