import { stream } from '../../base/random.ts';
import { MOST } from '../../scenario/bounds.ts';
import type { Scenario } from '../../scenario/schema.ts';
import type { Turn } from '../conversation.ts';
import { constantOf, countSampler, meanOf } from '../draw/distribution.ts';
import { shuffled } from '../draw/shuffle.ts';
import type { Tell } from '../files/cost.ts';
import { droppedLines } from '../files/tally.ts';
import { itemOfUser, replayOf } from '../item-of-user.ts';
import { Message } from '../message.ts';
import { prefillHeaders } from '../prefill-header.ts';
import type { Source } from '../source.ts';
import { openPreamble } from '../synthetic/open-preamble.ts';
import type { Spoken } from '../text/spoken.ts';
import type { Texts } from '../text/texts.ts';
import { limitsOf, saying, turnPlanner } from '../turn-plan.ts';
import type { CountedExchange, CountedItem, Filters } from './filter.ts';
import { arrangedAsFork } from './fork.ts';
import { inflated } from './inflate.ts';
import { type Selection, selectItems } from './select.ts';

/**
 * Recorded conversations: user u asks the questions of item u modulo their number, after the same
 * shared part and history as a synthetic user if the scenario has them. A turn's limit is the recorded
 * answer's length, at least 1, or `answer.tokens` if that is less.
 */
export async function openShareGpt(
  scenario: Scenario,
  { texts, cacheDir, tell }: { texts: Texts; cacheDir: string; tell?: Tell | undefined },
): Promise<Source> {
  const { seed, conversation } = scenario;
  const settings = conversation.sharegpt!;
  const { tokenizer } = texts;
  const filters = filtersOf(scenario);
  const selection = await selectItems({ file: settings.file, filters, tokenizer, cacheDir, tell });
  const items = arranged(selection.items, settings, seed);
  const planOf = turnPlanner(scenario);
  const preamble = await openPreamble(scenario, texts);
  const headersOf = prefillHeaders(scenario);
  const { firstUserId } = scenario.population;
  const itemOf = itemOfUser(scenario, items.length);
  return {
    digests: [selection.contentDigest, String(filters.maxItems)],
    notes: notes(settings, selection),
    conversation(userId) {
      const { exchanges, system } = items[userId % items.length]!;
      const plan = planOf(userId);
      const turns = exchanges.slice(0, plan.rounds).map((exchange, turn): Turn => {
        const asked = questionOf(exchange);
        const said = turn === 0 ? preamble.firstMessage(userId, asked) : asked;
        const maxTokens = Math.min(
          plan.answerTokens() ?? Infinity,
          Math.max(1, exchange.answerTokens),
        );
        return {
          message: new Message('user', said.text),
          messageTokens: said.tokens,
          pauseMs: plan.pauseMs(turn),
          ...limitsOf(conversation.answer, maxTokens),
          ...headersOf(turn, asked.tokens),
          recordedAnswer: new Message('assistant', exchange.answer),
        };
      });
      const opening = withSystem(preamble.opening, system);
      return {
        userId,
        opening,
        sharedTokens: preamble.sharedTokens,
        ...(!preamble.isEachItsOwn && replayOf(userId, firstUserId + itemOf(userId))),
        turns,
        standInAnswer: (turn) => turns[turn]!.recordedAnswer!,
        firstAs(turn) {
          const asked = questionOf(exchanges[turn]!);
          return saying(turns[turn]!, preamble.firstMessage(userId, asked));
        },
      };
    },
  };
}

function arranged(items: readonly CountedItem[], settings: Settings, seed: Scenario['seed']) {
  if (settings.compat) return arrangedAsFork(items, settings);
  const longer = inflated(items, settings.inflate, stream(seed, 'inflate'));
  return settings.shuffle ? shuffled(stream(seed, 'shuffle'), longer) : longer;
}

function questionOf({ question, questionTokens }: CountedExchange): Spoken {
  return { text: question, tokens: questionTokens };
}

const ITEMS_MAX = 2000;

function filtersOf({ seed, conversation, population }: Scenario): Filters {
  const { minRounds, maxInputTokens, maxOutputTokens, maxItems, compat } = conversation.sharegpt!;
  const rounds = compat ? undefined : constantOf(conversation.rounds);
  return {
    minRounds: minRounds ?? typicalRounds(seed, conversation.rounds),
    maxRounds: Math.max(1, Math.round(rounds ?? Number.MAX_SAFE_INTEGER)),
    maxInputTokens,
    maxOutputTokens,
    maxItems: maxItems ?? (compat ? Number.MAX_SAFE_INTEGER : (population.users ?? ITEMS_MAX)),
  };
}

const SAMPLES = 1000;

/** The mean, rounded; of a sample where clipping leaves no formula for it. */
function typicalRounds(seed: string | number, rounds: Scenario['conversation']['rounds']): number {
  const known = meanOf(rounds);
  if (known !== undefined) return Math.max(1, Math.round(known));
  const draw = countSampler(rounds, 1, MOST.turns);
  const rng = stream(seed, 'typical rounds');
  let sum = 0;
  for (let i = 0; i < SAMPLES; i++) sum += draw(rng);
  return Math.round(sum / SAMPLES);
}

/** One system message, because chat templates refuse a second. */
function withSystem(opening: readonly Message[], system: string | undefined): readonly Message[] {
  if (!system) return opening;
  return [new Message('system', [...opening.map((message) => message.text), system].join('\n\n'))];
}

type Settings = NonNullable<Scenario['conversation']['sharegpt']>;

function notes({ file, inflate }: Settings, selection: Selection): string[] {
  const { items, itemsRead, leadingAnswers, dropped, countedBy } = selection;
  const isInflated = inflate.inputShare > 0 || inflate.outputShare > 0;
  return [
    `conversations: ${items.length} of the first ${itemsRead} in ${file}, tokens counted by ${countedBy}`,
    ...droppedLines(dropped),
    ...(leadingAnswers ? [`${leadingAnswers} began with an answer, which was left out`] : []),
    ...(isInflated ? ['tokens of inflated messages are multiples of the recorded ones'] : []),
  ];
}
