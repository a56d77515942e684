/**
 * Flags of V8 for tests: one thread collects garbage, as four that wait for each other take longer all in all, 7 % of
 * the time of the processor.
 */
export const FRUGAL = ['--single-threaded-gc'];
