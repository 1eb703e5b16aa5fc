/** Schedules by hand, of what a random one hits upon too rarely for a test that has to be quick. */
import { ApiServer, type OwnerShape, podName } from './api-server.ts';
import type { Protocol } from './protocol.ts';
import type { Witness } from './witness.ts';
import { World } from './world.ts';

/** Plays a schedule, and says what was violated. */
export type Example = (protocol: Protocol) => readonly string[];

/**
 * The API server takes a while with an eviction in zone-a, and carries it out after the watches of two replicas have
 * gone silent. Its reservation grows old before anybody notices the silence; then a pod of zone-b is to be evicted.
 */
export const carriedOutUnseen: Example = (protocol) => {
  const world = new Stage(6, protocol);
  const { api, reconcilers, webhooks } = world;
  world.evict(0, podName(0));
  world.recount(0);
  api.nowMs += 25_000;
  world.hearEverything();
  reconcilers[0].readAhead(podName(0));
  for (const { cache } of [reconcilers[0], webhooks[1]]) cache.isSilent = true;
  world.carryOutAll();
  api.nowMs += 97_000;
  world.recount(0);
  world.evict(1, podName(1));
  return world.witness.violations;
};

/**
 * A StatefulSet is scaled up, and a replica that knows of it admits the eviction of a new pod, in zone-b. The pod is
 * gone before the other replica, which counts, has heard of the new scale; then a pod of zone-a is to be evicted.
 */
export const scaledUpUnseen: Example = (protocol) => {
  const world = new Stage(4, protocol);
  const { api, reconcilers, webhooks } = world;
  api.scale(5);
  api.createMissing(() => 0);
  const added = api.pods.get(podName(4));
  if (added) api.put(added, { zone: 'zone-b', available: true });
  webhooks[0].cache.catchUp();
  world.evict(0, podName(4));
  world.carryOutAll();
  for (const { cache } of [reconcilers[0], webhooks[1]])
    for (let events = api.podHistory.length; events > 0; events -= 1) cache.advancePods();
  world.recount(0);
  world.evict(1, podName(0));
  return world.witness.violations;
};

/**
 * An owner whose pods have random names is scaled up. A new pod of it, in zone-a, is evicted and gone before whoever
 * counts knows of the new number, and no other one is made; then a pod of zone-b is to be evicted.
 */
export function scaledUpBefore(owner: OwnerShape): Example {
  return (protocol) => {
    const world = new Stage(3, protocol, owner);
    const { api } = world;
    for (const { cache } of [...world.webhooks, ...world.reconcilers])
      if (cache.asksFirst) cache.readNumber();
    api.scale(4);
    api.createMissing(() => 0);
    const added = api.pods.get(api.nameAt(3));
    if (added) api.put(added, { zone: 'zone-a', available: true });
    world.hearPods();
    world.recount(0);
    world.evict(0, api.nameAt(3));
    world.carryOutAll();
    world.hearPods();
    world.recount(0);
    world.evict(1, api.nameAt(1));
    return world.witness.violations;
  };
}

/** A pod of zone-b goes down after all watches have gone silent. Minutes later a pod of zone-a is to be evicted. */
export const downUnheard: Example = (protocol) => {
  const world = new Stage(6, protocol);
  const { api, reconcilers, webhooks } = world;
  for (const { cache } of [...reconcilers, ...webhooks]) cache.isSilent = true;
  const pod = api.pods.get(podName(1));
  if (pod) api.put(pod, { available: false });
  api.nowMs += 200_000;
  world.evict(0, podName(0));
  return world.witness.violations;
};

/**
 * No violation: an owner whose pods have random names is scaled down, and a pod of zone-c is evicted, so that it wants no
 * other one in its place. Two pods of zone-a are unready by themselves: each is ready again while the other is not, so
 * that never all pods serve at once. Nothing else is down when a pod of zone-a is to be evicted.
 */
export function scaledDownInstead(protocol: Protocol): Witness {
  const world = new Stage(4, protocol, { names: 'random', number: 'scale' }, 2);
  const { api } = world;
  world.turn(3, false);
  api.scale(3);
  world.evict(0, api.nameAt(2));
  world.carryOutAll();
  world.turn(0, false);
  world.turn(3, true);
  world.hearPods();
  world.recount(0);
  world.turn(3, false);
  world.turn(0, true);
  world.evict(1, api.nameAt(0));
  return world.witness;
}

class Stage extends World {
  constructor(replicas: number, protocol: Protocol, owner?: OwnerShape, maxUnavailable = 1) {
    super(new ApiServer(replicas, maxUnavailable, false, owner), protocol, () => 0);
  }

  /** A pod becomes Ready, or stops being so. */
  turn(ordinal: number, available: boolean): void {
    const { api, witness } = this;
    const pod = api.pods.get(api.nameAt(ordinal));
    if (pod) api.put(pod, { available });
    witness.look(api.nowMs);
  }

  /** The watches of pods bring everything, and those of owners nothing. */
  hearPods(): void {
    for (const { cache } of [...this.webhooks, ...this.reconcilers])
      for (let events = this.api.podHistory.length; events > 0; events -= 1) cache.advancePods();
  }

  evict(webhook: 0 | 1, name: string): void {
    const { api } = this;
    const pod = api.pods.get(name);
    const replica = this.webhooks[webhook];
    replica.ask({ name, uid: pod?.uid, askedAtMs: api.nowMs });
    while (!replica.idle) replica.step(api.nowMs);
    this.hear();
  }

  recount(reconciler: 0 | 1): void {
    const replica = this.reconcilers[reconciler];
    replica.step();
    while (!replica.isIdle) replica.step();
    this.hear();
  }

  carryOutAll(): void {
    for (const permit of this.permits.splice(0)) this.carryOut(permit, false);
  }

  hearEverything(): void {
    for (const { cache } of [...this.webhooks, ...this.reconcilers]) cache.hearEvents();
  }
}
