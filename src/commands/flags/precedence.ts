/** What defaults in `--help` are, of a verb that reads a scenario file. */
export const PRECEDENCE = `
Flags win over the environment, where CONFAB_POPULATION_USERS sets population.users
and so on for every field; the environment wins over the scenario file. What none of
them says has the default; of the target that is OPENAI_BASE_URL, where it is set.
Times are in seconds, or have a unit: 90s, 5m, 1h30m, 250ms.`;
