/** The hidden verb that answers a shell; cobra's programs call theirs the same. */
export const COMPLETE_VERB = '__complete';

/**
 * The executable that kubectl looks for on the PATH and runs to complete `kubectl zone …`. It asks the plugin itself,
 * without the detour through kubectl. Neither the plugin nor a credential plugin may write on the terminal in the
 * middle of a command line or read from it; a plugin that had to be killed has printed its answer before, and kubectl
 * throws away the answer of an executable that fails.
 */
export const COMPLETION_SCRIPT = `#!/bin/sh
# Completes "kubectl zone": kubectl runs this file when it is on the PATH as kubectl_complete-zone.
exec </dev/null 2>/dev/null
kubectl-zone ${COMPLETE_VERB} "$@"
exit 0
`;
