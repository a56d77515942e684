/**
 * Flags of V8 for code that runs once, as that of tests does: what is called often is optimised only after four times
 * as long, as a quarter of the time went to optimising what was soon over; and one thread collects garbage, as four
 * that wait for each other take longer all in all: the latter takes 7 % of the time of the processor away.
 */
export const FRUGAL = ['--interrupt-budget=300000', '--single-threaded-gc'];
