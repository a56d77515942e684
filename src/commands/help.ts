import { Command } from 'commander';
import { UsageError } from '../base/errors.ts';
import { didYouMean, nearest } from '../base/suggest.ts';
import { columnsOf } from './terminal/screen.ts';
import { TOPICS } from './topics.ts';

/** A verb's help needs its flags, which are loaded with it. */
type Verbs = Readonly<Record<string, { load(): Promise<Command> }>>;

/** `confab help [name]`: what the verb's --help says, a topic, or first the one and then the other; alone, what there is. */
export function helpCommand(verbs: Verbs): Command {
  return new Command('help')
    .description('the help of a verb, or a topic; alone: what there is')
    .argument('[name]', 'a verb or a topic')
    .argument('[part]', 'a part of a verb that has some: `confab help convert sharegpt`')
    .action(async (...[name, part, , command]: HelpArguments) => {
      if (name === undefined) {
        command.parent!.outputHelp();
        process.stdout.write(`\n${topicList()}`);
        return;
      }
      const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
      const topic = TOPICS.find((one) => one.name === name);
      if (!verb && !topic) throw unknown(name, Object.keys(verbs));
      if (!verb && part !== undefined) {
        throw new UsageError(`help: found '${part}' after the topic ${name}; expected nothing`);
      }
      // The name that its usage line shows; it has no parent here.
      if (verb) partOf((await verb.load()).name(`confab ${name}`), part).outputHelp();
      if (part !== undefined) return;
      if (topic)
        process.stdout.write(`${verb ? '\n' : ''}${topic.text(columnsOf(process.stdout))}`);
    });
}

type HelpArguments = [
  name: string | undefined,
  part: string | undefined,
  flags: unknown,
  command: Command,
];

/** A command below a verb, or the verb itself; set for the terminal, as it has no parent that would. */
function partOf(verb: Command, part: string | undefined): Command {
  const found = part === undefined ? verb : verb.commands.find((one) => one.name() === part);
  if (!found) {
    const parts = verb.commands.map((one) => one.name());
    throw new UsageError(
      `help: found '${part}'; expected ${parts.length > 0 ? parts.join(', ') : `nothing after '${verb.name()}'`}`,
    );
  }
  return found.configureOutput({ getOutHelpWidth: () => columnsOf(process.stdout) });
}

function topicList(): string {
  const width = Math.max(...TOPICS.map(({ name }) => name.length));
  const lines = TOPICS.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return `Topics, for \`confab help <topic>\`:\n${lines.join('\n')}\n`;
}

function unknown(name: string, verbs: readonly string[]): UsageError {
  const topics = TOPICS.map((topic) => topic.name);
  const others = topics.filter((topic) => !verbs.includes(topic));
  const meant = didYouMean(nearest(name, [...verbs, ...topics]));
  return new UsageError(
    `help: found '${name}'${meant}; expected a verb (${verbs.join(', ')}) or a topic (${others.join(', ')})`,
  );
}
