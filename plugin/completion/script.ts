/** The hidden command that answers a shell; cobra uses the same name. */
export const COMPLETE_VERB = '__complete';

/**
 * The executable that kubectl finds on the PATH and runs to complete `kubectl zone …`. It calls the plugin directly, not
 * through kubectl. Neither the plugin nor a credential plugin may use the terminal while a command line is being typed.
 * The exit code is always 0: a plugin that had to be killed has printed its answer before, and kubectl discards the
 * answer of an executable that fails.
 */
export const COMPLETION_SCRIPT = `#!/bin/sh
# Completes "kubectl zone": kubectl runs this file when it is on the PATH as kubectl_complete-zone.
exec </dev/null 2>/dev/null
kubectl-zone ${COMPLETE_VERB} "$@"
exit 0
`;
