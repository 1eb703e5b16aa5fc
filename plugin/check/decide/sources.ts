/** The documentation that rules are based on. */
const KUBERNETES = 'https://kubernetes.io/docs';
const CONTROLLER = 'https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest';

export const SOURCES = {
  readinessGates: `${CONTROLLER}/deploy/pod_readiness_gate/`,
  targetType: `${CONTROLLER}/guide/ingress/annotations/#traffic-routing`,
  healthCheck: `${CONTROLLER}/guide/ingress/annotations/#health-check`,
  deregistration:
    'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html#deregistration-delay',
  termination: `${KUBERNETES}/concepts/workloads/pods/pod-lifecycle/#pod-termination`,
  hooks: `${KUBERNETES}/concepts/containers/container-lifecycle-hooks/#hook-handler-implementations`,
  probes: `${KUBERNETES}/concepts/workloads/pods/probes/`,
  disruptions: `${KUBERNETES}/concepts/workloads/pods/disruptions/`,
  podBudget: `${KUBERNETES}/tasks/run-application/configure-pdb/`,
  evictionCodes: `${KUBERNETES}/concepts/scheduling-eviction/api-eviction/#how-api-initiated-eviction-works`,
  spread: `${KUBERNETES}/concepts/scheduling-eviction/topology-spread-constraints/`,
  zones: `${KUBERNETES}/setup/best-practices/multiple-zones/`,
  volumeZones: `${KUBERNETES}/setup/best-practices/multiple-zones/#storage-access-for-zones`,
  deployment: `${KUBERNETES}/concepts/workloads/controllers/deployment/#strategy`,
  podReplacement: 'https://www.kubernetes.dev/resources/keps/5882/',
  minReady: `${KUBERNETES}/concepts/workloads/controllers/deployment/#min-ready-seconds`,
  statefulSet: `${KUBERNETES}/concepts/workloads/controllers/statefulset/#update-strategies`,
  podManagement: `${KUBERNETES}/concepts/workloads/controllers/statefulset/#pod-management-policies`,
  maxUnavailable: `${KUBERNETES}/concepts/workloads/controllers/statefulset/#maximum-unavailable-pods`,
  failurePolicy: `${KUBERNETES}/reference/access-authn-authz/extensible-admission-controllers/#failure-policy`,
  webhookAvailability: `${KUBERNETES}/concepts/cluster-administration/admission-webhooks-good-practices/`,
  zoneBudget: 'https://github.com/aws/zone-aware-controllers-for-k8s#zonedisruptionbudget',
} as const;
