import * as z from 'zod/mini';

const Probe = z.object({
  periodSeconds: z._default(z.number(), 10),
  failureThreshold: z._default(z.number(), 3),
});

const PreStop = z.object({
  exec: z.nullish(z.object({ command: z._default(z.array(z.string()), []) })),
  sleep: z.nullish(z.object({ seconds: z._default(z.number(), 0) })),
  httpGet: z.nullish(z.unknown()),
});
export type PreStop = z.infer<typeof PreStop>;

const Container = z.object({
  name: z.string(),
  image: z._default(z.string(), ''),
  /** `Always` makes an init container a sidecar. */
  restartPolicy: z.nullish(z.string()),
  ports: z.nullish(z.array(z.object({ name: z.nullish(z.string()), containerPort: z.number() }))),
  readinessProbe: z.nullish(Probe),
  startupProbe: z.nullish(Probe),
  lifecycle: z.nullish(z.object({ preStop: z.nullish(PreStop) })),
});
export type Container = z.infer<typeof Container>;

const LabelSelector = z.object({
  matchLabels: z.nullish(z.record(z.string(), z.string())),
  matchExpressions: z.nullish(z.array(z.unknown())),
});

const SpreadConstraint = z.object({
  topologyKey: z.string(),
  whenUnsatisfiable: z.string(),
});

const AffinityTerm = z.object({ topologyKey: z.string(), labelSelector: z.nullish(LabelSelector) });

const NodeTerm = z.object({
  matchExpressions: z.nullish(
    z.array(z.object({ key: z.string(), operator: z.string(), values: z.nullish(z.array(z.string())) })),
  ),
});

const Affinity = z.object({
  podAntiAffinity: z.nullish(
    z.object({
      requiredDuringSchedulingIgnoredDuringExecution: z.nullish(z.array(AffinityTerm)),
      preferredDuringSchedulingIgnoredDuringExecution: z.nullish(
        z.array(z.object({ podAffinityTerm: AffinityTerm })),
      ),
    }),
  ),
  nodeAffinity: z.nullish(
    z.object({
      requiredDuringSchedulingIgnoredDuringExecution: z.nullish(
        z.object({ nodeSelectorTerms: z._default(z.array(NodeTerm), []) }),
      ),
    }),
  ),
});

/** The parts of a pod template's spec that rules use, with the API's defaults. */
export const PodSpecSchema = z.object({
  terminationGracePeriodSeconds: z._default(z.number(), 30),
  nodeSelector: z.nullish(z.record(z.string(), z.string())),
  affinity: z.nullish(Affinity),
  topologySpreadConstraints: z.nullish(z.array(SpreadConstraint)),
  readinessGates: z.nullish(z.array(z.object({ conditionType: z.string() }))),
  containers: z.array(Container),
  initContainers: z.nullish(z.array(Container)),
  volumes: z.nullish(z.array(z.object({ persistentVolumeClaim: z.nullish(z.unknown()) }))),
});
export type PodSpec = z.infer<typeof PodSpecSchema>;
