/**
 * A reserve-only eviction: it asks the webhook to reserve a pod in its budget, as for an eviction, and evicts nothing.
 * A Deployment's pods are removed by their controller and not by an eviction, so this is how a rollout of a Deployment
 * keeps evictions of other zones out while its controller removes a pod.
 *
 * The request is a real eviction (a dry run may not write) whose uid precondition no pod can meet: where no webhook
 * answers, the API server refuses it with a conflict. The pod's own uid is the value of the label.
 *
 * A reservation lasts until the pod is seen going, and otherwise two minutes. Asking again for the same pod renews it,
 * whatever has failed in other zones meanwhile: whoever waits longer for the removal asks again in time.
 */
export const RESERVE_LABEL = 'kubectl-zone.dev/reserve';

/** The uid precondition of a reserve-only eviction: no pod has this uid. */
export const RESERVE_PRECONDITION_UID = 'reserve-only';

/**
 * HTTP code of the denial that says "reserved". No other denial has it; a pod without a budget gets it too, as nothing
 * has to be reserved there. A reservation that the budget does not allow is denied with 429, as an eviction would be;
 * 404 means that the pod is gone, and 409 that another one has its name: what was decided rests on an old view. An
 * unready pod whose policy lets it go is reserved too, as it may become Ready before it is removed.
 */
export const RESERVED_CODE = 424;
