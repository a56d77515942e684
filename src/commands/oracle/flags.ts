import { InvalidArgumentError } from 'commander';

/** Numbers with commas between, each larger than the one before. */
export function ascending(text: string): number[] {
  const numbers = text.split(',').map((one) => {
    const value = Number(one);
    if (one.trim() !== '' && Number.isFinite(value) && value > 0) return value;
    throw new InvalidArgumentError(
      `Found '${one}'; expected numbers above 0 with commas between, as in 10,25,50.`,
    );
  });
  const isAscending = numbers.every((value, index) => index === 0 || value > numbers[index - 1]!);
  if (isAscending) return numbers;
  throw new InvalidArgumentError(`Found '${text}'; expected each number to be above the last.`);
}

/** `15,1025`: the least, and the most. */
export function range(text: string): readonly [min: number, max: number] {
  const [min, max, ...rest] = text.split(',').map(Number);
  const isFine = rest.length === 0 && Number.isSafeInteger(min) && Number.isSafeInteger(max);
  if (isFine && min! >= 0 && max! >= min!) return [min!, max!];
  throw new InvalidArgumentError(`Found '${text}'; expected MIN,MAX in tokens, as in 15,1025.`);
}
