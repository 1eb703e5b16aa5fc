import type { V1Pod } from '@kubernetes/client-node';
import { ApiError, type KubeRequest } from '../../../../shared/kube/kube.ts';
import { type Pod, readPod, readStatefulSet } from '../../../../shared/kube/objects.ts';
import { ZONE_LABEL } from '../../../../shared/kube/zones.ts';
import { emptyMemory } from '../../../../shared/rollout/decide/memory.ts';
import type { RolloutMemory, RolloutOptions } from '../../../../shared/rollout/decide/types.ts';
import { statefulSetWorkload } from '../../../../shared/rollout/decide/workload.ts';
import { RolloutDriver } from '../../../../shared/rollout/drive/driver.ts';
import type { DriverOptions, RolloutEnd } from '../../../../shared/rollout/drive/driver-options.ts';
import type { RolloutEvent } from '../../../../shared/rollout/drive/events.ts';
import { watchFailures } from '../../../../shared/rollout/drive/failures.ts';
import { evictions } from '../../../../shared/rollout/drive/sets-port.ts';
import type { AsJson } from '../../../helpers/as-json.ts';
import { fakeKube } from '../../../helpers/fake-kube.ts';
import { type ManualClock, manualClock } from '../../../helpers/manual-clock.ts';
import { OPTIONS } from '../decide/builders.ts';

/** A pod as its API server has it. */
export interface WorldPod {
  name: string;
  uid: string;
  zone: string | undefined;
  revision: string;
  ready: boolean;
  terminating: boolean;
  version: number;
}

export const ZONES = ['zone-a', 'zone-b', 'zone-c'] as const;
const NAMESPACE = 'prod';

/** A StatefulSet `ing` in an API server without wire, whose controllers are the test's. */
export class World {
  readonly clock: ManualClock = manualClock();
  readonly pods = new Map<string, WorldPod>();
  revision = 'rev-2';
  /** Called for every call that a driver makes of what it was given; may throw. */
  onCall: (what: string) => void = () => {};
  /** Evictions that were sent, by pod. */
  readonly sent: string[] = [];
  private serial = 0;
  private readonly drivers = new Set<DriverRun>();

  constructor(replicas: number) {
    for (let ordinal = 0; ordinal < replicas; ordinal += 1) this.create(`ing-${ordinal}`, 'rev-1', true);
  }

  create(name: string, revision = this.revision, ready = true): void {
    this.serial += 1;
    const ordinal = Number(name.split('-').at(-1));
    const zone = ZONES[ordinal % ZONES.length];
    const version = this.nextVersion();
    this.pods.set(name, {
      name,
      uid: `uid-${this.serial}`,
      zone,
      revision,
      ready,
      terminating: false,
      version,
    });
  }

  nextVersion(): number {
    this.serial += 1;
    return this.serial;
  }

  /** What the API server does with an eviction, or a write, when it comes to it. */
  carryOut({ method, path, body }: KubeRequest): unknown {
    const name = path.split('/')[6] ?? '';
    const pod = this.pods.get(name);
    if (!pod) throw new ApiError({ code: 404, reason: 'NotFound', message: `pods "${name}" not found` });
    if (method === 'PATCH') {
      if ((body as { metadata: { uid: string } }).metadata.uid !== pod.uid) throw conflict('uid');
      pod.version = this.nextVersion();
      return object(pod);
    }
    const { uid, resourceVersion } = (body as Eviction).deleteOptions.preconditions;
    if (uid !== pod.uid)
      throw conflict(`the UID in the precondition (${uid}) does not match the UID in record (${pod.uid})`);
    if (resourceVersion !== undefined && resourceVersion !== String(pod.version))
      throw conflict(`the ResourceVersion in the precondition (${resourceVersion}) does not match`);
    pod.terminating = true;
    pod.version = this.nextVersion();
    return {};
  }

  /** Tells all watches. */
  changed(): void {
    for (const each of this.drivers) each.changed();
  }

  /** Starts a rollout, as a process of its own. */
  start(given: StartOptions = {}): DriverRun {
    const run = new DriverRun(this, given);
    this.drivers.add(run);
    return run;
  }

  seen(): Map<string, Pod> {
    return new Map([...this.pods.values()].map((pod) => [`${NAMESPACE}/${pod.name}`, readPod(object(pod))]));
  }

  workload(replicas = this.pods.size) {
    return statefulSetWorkload(
      readStatefulSet({
        metadata: { name: 'ing', namespace: NAMESPACE, uid: 'set', resourceVersion: '1', generation: 1 },
        spec: {
          replicas,
          podManagementPolicy: 'Parallel',
          selector: { matchLabels: { app: 'ing' } },
          updateStrategy: { type: 'OnDelete' },
          template: { spec: { containers: [] } },
        },
        status: { observedGeneration: 1, updateRevision: this.revision },
      }),
    );
  }
}

export interface StartOptions {
  memory?: RolloutMemory;
  options?: Partial<RolloutOptions>;
  /** Answers an eviction or a write to a pod; by default it is carried out at once. */
  answer?: (request: KubeRequest) => Promise<unknown>;
  save?: (memory: RolloutMemory) => Promise<void>;
  gate?: () => 'open' | 'closed';
  note?: (held: string | undefined) => Promise<void>;
}

/** One process that rolls out, with what it has reported. */
export class DriverRun {
  readonly driver: RolloutDriver;
  readonly events: RolloutEvent[] = [];
  readonly ended: Promise<RolloutEnd | Error>;
  /** What the Lease names. */
  saved: RolloutMemory;
  /** What the Lease was told of the rollout being held; undefined: it runs. */
  readonly held: (string | undefined)[] = [];
  /** Nothing of this process reaches the API server, and nothing reaches it. */
  stale = false;
  /** Its Lease may be another's. */
  uncertain = false;
  private readonly listeners: (() => void)[] = [];
  private view: { pods: Map<string, Pod>; revision: string };
  private readonly world: World;
  private readonly replicas: number;

  constructor(world: World, given: StartOptions) {
    this.world = world;
    this.replicas = world.pods.size;
    this.saved = given.memory ?? emptyMemory(world.revision);
    this.view = { pods: world.seen(), revision: world.revision };
    const call = (what: string) => world.onCall(what);
    const run = this;
    const kube = {
      ...fakeKube(),
      async request(request: KubeRequest) {
        if (request.path.endsWith('/eviction')) world.sent.push(request.path.split('/')[6] ?? '');
        call(`${request.method} ${request.path}`);
        return given.answer ? given.answer(request) : world.carryOut(request);
      },
    };
    const reporter = {
      report(event: RolloutEvent) {
        call(`report ${event.type}`);
        run.events.push(event);
      },
      close: async () => {},
    };
    const options: DriverOptions = {
      kube,
      clock: world.clock,
      random: () => 0.5,
      found: world.workload(),
      reporter,
      memory: this.saved,
      disableEviction: false,
      options() {
        call('options');
        return { ...OPTIONS, maxUnavailable: { kind: 'count', count: 2 }, ...given.options };
      },
      orders: () => ({ paused: undefined, maxUnavailableBy: undefined, undone: undefined }),
      gates: {
        states() {
          call('gates');
          return [{ name: 'alarm', state: given.gate?.() ?? 'open', reason: 'test' }];
        },
        fresh: true,
        ensureFresh: async () => call('fresh'),
      },
      failures: watchFailures({ budget: undefined, kube, clock: world.clock, reporter, commandLine: '' }),
      kills: {
        goOn: '',
        look(memory) {
          call('kills');
          return memory;
        },
      },
      lock: {
        get uncertain() {
          return run.uncertain;
        },
        async noteHeld(reason) {
          call('note');
          await given.note?.(reason);
          run.held.push(reason);
        },
        async save(memory) {
          call('save');
          await given.save?.(memory);
          run.saved = memory;
        },
      },
      port: {
        gates() {
          call('port gate');
          return [{ name: 'the update strategy', state: 'open', reason: '' }];
        },
        removals: (asked) => evictions(asked),
      },
      watches: {
        get workload() {
          call('workload');
          const { revision } = world;
          try {
            world.revision = run.view.revision;
            return world.workload(run.replicas);
          } finally {
            world.revision = revision;
          }
        },
        own: undefined,
        get pods() {
          return run.view.pods;
        },
        nodes: undefined,
        get cluster() {
          return { pods: run.view.pods.values(), nodes: undefined };
        },
        lease: undefined,
        holder: undefined,
        get staleSinceMs() {
          return run.stale ? 0 : undefined;
        },
        onChange: (listener) => void run.listeners.push(listener),
        reach: async () => {},
        onPodGone: () => {},
        until: async () => {},
        stop: async () => {},
      },
    };
    this.driver = new RolloutDriver(options);
    this.ended = this.driver.run().catch((error: Error) => error);
  }

  /** Its watches show what is there now. */
  changed(): void {
    if (this.stale) return;
    this.view = { pods: this.world.seen(), revision: this.world.revision };
    for (const listener of this.listeners) listener();
  }
}

interface Eviction {
  deleteOptions: { preconditions: { uid: string; resourceVersion?: string } };
}

function conflict(message: string): ApiError {
  return new ApiError({ code: 409, reason: 'Conflict', message });
}

function object({ name, uid, zone, revision, ready, terminating, version }: WorldPod): AsJson<V1Pod> {
  return {
    metadata: {
      name,
      uid,
      namespace: NAMESPACE,
      resourceVersion: String(version),
      labels: { app: 'ing', 'controller-revision-hash': revision, ...(zone && { [ZONE_LABEL]: zone }) },
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'ing', uid: 'set', controller: true },
      ],
      ...(terminating && { deletionTimestamp: '2026-01-01T00:00:30Z', deletionGracePeriodSeconds: 30 }),
    },
    spec: { containers: [], ...(zone && { nodeName: `node-${zone}` }) },
    status: {
      phase: zone ? 'Running' : 'Pending',
      conditions: [
        { type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: '2026-01-01T00:00:00Z' },
      ],
    },
  };
}
