/** A distribution of the tool's `filetype: generate_conversations`, as it is written there. */
export type GeneratorDistribution =
  | { readonly distribution: 'constant'; readonly value: number }
  | { readonly distribution: 'uniform'; readonly min: number; readonly max: number }
  | { readonly distribution: 'zipf' | 'poisson'; readonly alpha: number; readonly max?: number }
  | LognormalOfAverage
  | {
      readonly distribution: 'lognormal';
      readonly mean: number;
      readonly sigma: number;
      readonly max?: number;
    };

interface LognormalOfAverage {
  readonly distribution: 'lognormal';
  readonly average: number;
  readonly median_ratio?: number;
  readonly max?: number;
}

/** What the statistics say about generated conversations. */
export interface GeneratorSettings {
  readonly textFiles: readonly string[];
  readonly inputNumTurns: GeneratorDistribution;
  /** Default: none, which is the constant 0. */
  readonly inputCommonPrefixNumTokens?: GeneratorDistribution | undefined;
  readonly inputPrefixNumTokens: GeneratorDistribution;
  readonly inputNumTokens: GeneratorDistribution;
  readonly outputNumTokens: GeneratorDistribution;
}

/** What a generate_conversations configuration says, once it was checked; undefined if it is none. */
export function generatorSettings(config: unknown): GeneratorSettings | undefined {
  if (config === undefined) return undefined;
  const { text_files, prompt_input, prompt_output } = config as {
    text_files: string[];
    prompt_input: Record<string, GeneratorDistribution>;
    prompt_output: Record<string, GeneratorDistribution>;
  };
  return {
    textFiles: text_files,
    inputNumTurns: prompt_input['num_turns']!,
    inputCommonPrefixNumTokens: prompt_input['common_prefix_num_tokens'],
    inputPrefixNumTokens: prompt_input['prefix_num_tokens']!,
    inputNumTokens: prompt_input['num_tokens']!,
    outputNumTokens: prompt_output['num_tokens']!,
  };
}

/** The tool's default median / average of a lognormal distribution. */
const MEDIAN_RATIO_DEFAULT = 0.85;

/** `input_num_turns` and `UniformDistribution[12, 18]`, and so on, in the tool's order. */
export function generatorParameters(generator: GeneratorSettings): [name: string, text: string][] {
  const none = { distribution: 'constant', value: 0 } as const;
  return [
    ['text_files', generator.textFiles.join(', ')],
    ['input_num_turns', distributionText(generator.inputNumTurns)],
    [
      'input_common_prefix_num_tokens',
      distributionText(generator.inputCommonPrefixNumTokens ?? none),
    ],
    ['input_prefix_num_tokens', distributionText(generator.inputPrefixNumTokens)],
    ['input_num_tokens', distributionText(generator.inputNumTokens)],
    ['output_num_tokens', distributionText(generator.outputNumTokens)],
  ];
}

function distributionText(of: GeneratorDistribution): string {
  switch (of.distribution) {
    case 'constant':
      return `Constant[${of.value}]`;
    case 'uniform':
      return `UniformDistribution[${of.min}, ${of.max}]`;
    case 'zipf':
      return `ZipfDistribution[${of.alpha}]`;
    case 'poisson':
      return `PoissonDistribution[${of.alpha}]`;
    case 'lognormal': {
      const [first, second] =
        'average' in of
          ? [of.average, of.median_ratio ?? MEDIAN_RATIO_DEFAULT]
          : [of.mean, of.sigma];
      return `LognormalDistribution[${first}, ${second}, ${of.max ?? 'None'}]`;
    }
  }
}
