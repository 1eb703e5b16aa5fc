/**
 * A reserve-only eviction: it asks the webhook to reserve a pod in its budget, as for an eviction, and evicts
 * nothing. A Deployment's pods are removed by their controller and not by an eviction, so this is how a
 * rollout of a Deployment blocks evictions in other zones while its controller removes a pod.
 *
 * The request is a real eviction (a dry run must not write) with a uid precondition that no pod can meet:
 * without a webhook, the API server rejects it with a conflict. The label's value is the pod's own uid.
 *
 * A reservation lasts until the pod is seen terminating, or for two minutes. Requesting it again for the same
 * pod renews it, regardless of failures in other zones since; a caller that waits longer for the removal must
 * renew it in time.
 */
export const RESERVE_LABEL = 'kubectl-zone.dev/reserve';

/** The uid precondition of a reserve-only eviction: no pod has this uid. */
export const RESERVE_PRECONDITION_UID = 'reserve-only';

/**
 * HTTP code of the denial that means "reserved". No other denial uses it; a pod without a budget gets it too, because
 * nothing has to be reserved. A reservation that the budget does not allow is denied with 429, like an eviction; 404
 * means that the pod is gone, and 409 that another pod has its name: the caller's view is stale. An unready pod whose
 * policy allows its eviction is reserved too, because it may become Ready before it is removed.
 */
export const RESERVED_CODE = 424;
