/** What of yargs lays help out, where it asks how wide a text is. */
export const LAYS_HELP_OUT = /[\\/]node_modules[\\/](?:yargs|cliui)[\\/]/;

/** Help that yargs lays out for every command that runs, in case the command fails after an await. Our errors show no help. */
export const CACHES_HELP = 'yargs.getInternalMethods().getUsageInstance().cacheHelpMessage();';
