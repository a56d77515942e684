import { InvalidArgumentError } from 'commander';

/** A share of 0 to 1, or with a percent sign: 0.02, 2%. */
export function percentage(text: string): number {
  const [, digits, sign] = /^\s*(\d*\.?\d+)\s*(%?)\s*$/.exec(text) ?? [];
  const value = Number(digits) / (sign ? 100 : 1);
  if (digits !== undefined && value <= 1) return value;
  throw new InvalidArgumentError(`Found '${text}'; expected a share, as 2% or 0.02.`);
}
