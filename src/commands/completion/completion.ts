import { Argument, Command } from 'commander';
import { flowingHelp } from '../terminal/help-text.ts';
import { TOPICS } from '../topics.ts';
import { bashScript } from './bash.ts';
import { fishScript } from './fish.ts';
import { type CompletedVerb, completedVerbs } from './model.ts';
import { zshScript } from './zsh.ts';

/** How each shell is told. */
const SHELLS = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
} as const satisfies Record<string, (verbs: readonly CompletedVerb[]) => string>;

/** Flags are loaded with their verb: here, of all verbs. */
type Verbs = Readonly<Record<string, { readonly summary: string; load(): Promise<Command> }>>;

const HELP = `
What it prints is made from the flags of this version: verbs, flags, their choices, scenarios that are shipped, and fields for --set.

  bash  source <(confab completion bash)      in ~/.bashrc
  zsh   confab completion zsh > ~/.zfunc/_confab      with ~/.zfunc in fpath
  fish  confab completion fish > ~/.config/fish/completions/confab.fish
`;

/** `confab completion SHELL`: a script for that shell. */
export function completionCommand(verbs: Verbs): Command {
  return new Command('completion')
    .description('Print what makes a shell complete verbs, flags and scenarios.')
    .addArgument(new Argument('<shell>', 'for which shell').choices(Object.keys(SHELLS)))
    .addHelpText('after', flowingHelp(HELP))
    .action(async (shell: keyof typeof SHELLS) => {
      const commands = await Promise.all(Object.values(verbs).map(({ load }) => load()));
      const topics = [...Object.keys(verbs), ...TOPICS.map(({ name }) => name)];
      const described = commands.map((command) =>
        command.description(verbs[command.name()]!.summary),
      );
      process.stdout.write(SHELLS[shell](completedVerbs(described, [...new Set(topics)])));
    });
}
