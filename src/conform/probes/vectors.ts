import { promptTokens, type Vector, vectorHit, vectorSize } from '../expect.ts';
import type { Probe } from '../probe.ts';
import { cachedIn, type Trial } from '../trial.ts';
import { Silent } from '../verdict.ts';
import { forced } from './answers.ts';

const CASES: Readonly<Record<string, Vector>> = {
  small: { system: 17, history: 1, question: 1, answer: 1, rounds: 9, users: 3 },
  chat: { system: 64, history: 0, question: 7, answer: 33, rounds: 6, users: 4 },
  odd: { system: 100, history: 50, question: 13, answer: 16, rounds: 8, users: 3 },
  long: { system: 512, history: 512, question: 32, answer: 64, rounds: 4, users: 6 },
};

/**
 * Users whose rounds take turns, by closed forms of a cache without bounds; once with the answers sent back as they
 * were, once with others in their place.
 */
export const VECTORS: Readonly<Record<string, Probe>> = Object.fromEntries(
  Object.entries(CASES).flatMap(([name, vector]) =>
    [true, false].map((isSame) => [
      `vector-${name}-${isSame ? 'same' : 'other'}`,
      vectorProbe(vector, isSame),
    ]),
  ),
);

function vectorProbe(vector: Vector, isSame: boolean): Probe {
  const { system, history, question, answer, rounds, users } = vector;
  const back = isSame ? 'answers sent back' : 'other answers sent back';
  return {
    title: `${users} users of ${rounds} rounds, ${back}`,
    sends: `S ${system} shared, H ${history}, q ${question}, a ${answer} tokens; users in turn`,
    expects: 'of every request what the closed form has, whole blocks',
    restsOn: isSame ? ['last-token', 'last-sampled'] : ['last-token'],
    run: (t) => play(t, vector, isSame),
  };
}

async function play(t: Trial, vector: Vector, isSame: boolean): Promise<void> {
  const { rounds, users } = vector;
  t.needs(vectorSize(vector, t.block), promptTokens(vector, rounds) + vector.answer);
  const system = t.fresh(vector.system);
  const said = Array.from({ length: users }, () => [...system, ...t.fresh(vector.history)]);
  let [expected, found, off, requests] = [0, 0, 0, 0];
  for (let round = 1; round <= rounds; round++) {
    for (const [user, history] of said.entries()) {
      history.push(...t.fresh(vector.question));
      const fields = isSame ? { ...forced(vector.answer), ...t.tellingIds } : forced(vector.answer);
      const answer = await t.complete(history, fields);
      const cached = cachedIn(answer);
      const known = vectorHit(vector, { user, round }, { block: t.block, isSame });
      requests++;
      expected += known;
      found += cached;
      if (cached !== known) off++;
      const said = isSame ? await t.idsOf(answer) : t.fresh(vector.answer);
      if (said.length !== vector.answer) {
        throw new Silent(
          `an answer has ${said.length} tokens where ${vector.answer} were asked for with ignore_eos`,
        );
      }
      history.push(...said);
    }
  }
  t.check('cached tokens of all requests', expected, found);
  t.check(`requests that differ, of ${requests}`, 0, off);
}
