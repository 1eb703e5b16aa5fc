/** How a field is decoded. `text` and `count` are omitted if empty or zero, as with Go's `omitempty`. */
export type FieldType =
  | 'text'
  | 'texts'
  | 'count'
  | 'number'
  | 'flag'
  | 'map'
  | 'bytesMap'
  | 'intOrString'
  | 'ignored'
  | { message: Message }
  | { messages: Message };

/** Fields of a message by number: name and type. Fields not listed here cannot be decoded. */
export type Message = Readonly<Record<number, readonly [name: string, type: FieldType]>>;

const ignored = (name: string) => [name, 'ignored'] as const;

const ownerReference: Message = {
  1: ['kind', 'text'],
  3: ['name', 'text'],
  4: ['uid', 'text'],
  5: ['apiVersion', 'text'],
  6: ['controller', 'flag'],
  7: ['blockOwnerDeletion', 'flag'],
};

const objectMeta: Message = {
  1: ['name', 'text'],
  2: ['generateName', 'text'],
  3: ['namespace', 'text'],
  4: ignored('selfLink'),
  5: ['uid', 'text'],
  6: ['resourceVersion', 'text'],
  7: ['generation', 'count'],
  8: ignored('creationTimestamp'),
  11: ['labels', 'map'],
  12: ['annotations', 'map'],
  13: ['ownerReferences', { messages: ownerReference }],
  14: ['finalizers', 'texts'],
  17: ignored('managedFields'),
};

const metadata = ['metadata', { message: objectMeta }] as const;

const deleteOptions: Message = {
  1: ['gracePeriodSeconds', 'number'],
  2: ['preconditions', { message: { 1: ['uid', 'text'], 2: ['resourceVersion', 'text'] } }],
  3: ['orphanDependents', 'flag'],
  4: ['propagationPolicy', 'text'],
  5: ['dryRun', 'texts'],
  6: ignored('ignoreStoreReadErrorWithClusterBreakingPotential'),
};

const labelSelector: Message = {
  1: ['matchLabels', 'map'],
  2: [
    'matchExpressions',
    { messages: { 1: ['key', 'text'], 2: ['operator', 'text'], 3: ['values', 'texts'] } },
  ],
};

const container: Message = {
  1: ['name', 'text'],
  2: ['image', 'text'],
  3: ['command', 'texts'],
  4: ['args', 'texts'],
  5: ['workingDir', 'text'],
  6: [
    'ports',
    {
      messages: {
        1: ['name', 'text'],
        2: ['hostPort', 'count'],
        3: ['containerPort', 'count'],
        4: ['protocol', 'text'],
        5: ['hostIP', 'text'],
      },
    },
  ],
  7: ['env', { messages: { 1: ['name', 'text'], 2: ['value', 'text'] } }],
  8: ignored('resources'),
  13: ['terminationMessagePath', 'text'],
  14: ['imagePullPolicy', 'text'],
  16: ignored('stdin'),
  17: ignored('stdinOnce'),
  18: ignored('tty'),
  20: ['terminationMessagePolicy', 'text'],
};

const podSpec: Message = {
  2: ['containers', { messages: container }],
  3: ['restartPolicy', 'text'],
  4: ['terminationGracePeriodSeconds', 'number'],
  6: ['dnsPolicy', 'text'],
  7: ['nodeSelector', 'map'],
  8: ['serviceAccountName', 'text'],
  9: ignored('serviceAccount'),
  10: ['nodeName', 'text'],
  11: ignored('hostNetwork'),
  12: ignored('hostPID'),
  13: ignored('hostIPC'),
  14: ignored('securityContext'),
  16: ['hostname', 'text'],
  17: ['subdomain', 'text'],
  19: ['schedulerName', 'text'],
  24: ['priorityClassName', 'text'],
};

const template: Message = { 1: metadata, 2: ['spec', { message: podSpec }] };

const strategy: Message = {
  1: ['type', 'text'],
  2: ['rollingUpdate', { message: { 1: ['maxUnavailable', 'intOrString'], 2: ['maxSurge', 'intOrString'] } }],
};

const deploymentSpec: Message = {
  1: ['replicas', 'number'],
  2: ['selector', { message: labelSelector }],
  3: ['template', { message: template }],
  4: ['strategy', { message: strategy }],
  5: ['minReadySeconds', 'count'],
  6: ['revisionHistoryLimit', 'number'],
  7: ignored('paused'),
  9: ['progressDeadlineSeconds', 'number'],
};

const accessSpec: Message = {
  1: [
    'resourceAttributes',
    {
      message: {
        1: ['namespace', 'text'],
        2: ['verb', 'text'],
        3: ['group', 'text'],
        4: ['version', 'text'],
        5: ['resource', 'text'],
        6: ['subresource', 'text'],
        7: ['name', 'text'],
      },
    },
  ],
  2: ['nonResourceAttributes', { message: { 1: ['path', 'text'], 2: ['verb', 'text'] } }],
};

const budgetSpec: Message = {
  1: ['minAvailable', 'intOrString'],
  2: ['selector', { message: labelSelector }],
  3: ['maxUnavailable', 'intOrString'],
  4: ['unhealthyPodEvictionPolicy', 'text'],
};

/**
 * Kinds that kubectl sends as protobuf, the default of client-go's typed clients (1.32): those of drain, auth and
 * `kubectl create`. Numbers are those of the generated.proto files of k8s.io/api.
 */
export const KINDS: Readonly<Record<string, Message>> = {
  DeleteOptions: deleteOptions,
  Eviction: { 1: metadata, 2: ['deleteOptions', { message: deleteOptions }] },
  Namespace: { 1: metadata, 2: ['spec', { message: { 1: ['finalizers', 'texts'] } }], 3: ignored('status') },
  ConfigMap: { 1: metadata, 2: ['data', 'map'], 3: ['binaryData', 'bytesMap'], 4: ['immutable', 'flag'] },
  Secret: {
    1: metadata,
    2: ['data', 'bytesMap'],
    3: ['type', 'text'],
    4: ['stringData', 'map'],
    5: ['immutable', 'flag'],
  },
  ServiceAccount: { 1: metadata, 4: ['automountServiceAccountToken', 'flag'] },
  PodDisruptionBudget: { 1: metadata, 2: ['spec', { message: budgetSpec }], 3: ignored('status') },
  Deployment: { 1: metadata, 2: ['spec', { message: deploymentSpec }], 3: ignored('status') },
  SelfSubjectAccessReview: { 1: metadata, 2: ['spec', { message: accessSpec }], 3: ignored('status') },
  SelfSubjectRulesReview: {
    1: metadata,
    2: ['spec', { message: { 1: ['namespace', 'text'] } }],
    3: ignored('status'),
  },
  SelfSubjectReview: { 1: metadata, 2: ignored('status') },
};
