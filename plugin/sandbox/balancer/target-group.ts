import type { Clock } from '../../../shared/clock.ts';
import type { PodNetwork } from '../services/http/network.ts';
import { checkHealth } from './health-check.ts';
import type { BalancerTimes, TargetGroupSettings } from './settings.ts';
import {
  afterCheck,
  CHECKING,
  type CheckedHealth,
  DRAINING,
  eligible,
  REGISTERING,
  type Routed,
  type TargetHealth,
} from './target.ts';
import { Upstream } from './upstream.ts';

/** An address in a target group. */
export interface TargetName {
  podIP: string;
  port: number;
}

/** A registered target, as the API describes it. */
export interface DescribedTarget extends TargetName {
  health: TargetHealth;
}

/** A target that can receive requests. */
export interface LiveTarget extends TargetName {
  upstream: Upstream;
}

interface Member extends LiveTarget, Routed {
  health: TargetHealth;
  cancelNext: () => void;
}

/**
 * A target group of type `ip`. API changes take time to reach the nodes that send requests: a new target gets none
 * before that, and a deregistered one still gets some. A deregistered target is `draining` for the deregistration
 * delay, in which its requests may finish, and then its connections are closed.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html#deregistration-delay
 */
export class TargetGroup {
  settings: TargetGroupSettings;
  private readonly network: PodNetwork;
  private readonly clock: Clock;
  private readonly times: BalancerTimes;
  private readonly members = new Map<string, Member>();
  private readonly timers = new Set<() => void>();
  private turn = 0;

  constructor(settings: TargetGroupSettings, network: PodNetwork, clock: Clock, times: BalancerTimes) {
    this.settings = settings;
    this.network = network;
    this.clock = clock;
    this.times = times;
  }

  /** Registers a target; an existing one is unchanged, a draining one becomes a new target. */
  register({ podIP, port }: TargetName): void {
    const key = keyOf({ podIP, port });
    const known = this.members.get(key);
    if (known && known.health.state !== 'draining') return;
    known?.upstream.close();
    const member: Member = {
      podIP,
      port,
      health: REGISTERING,
      checked: REGISTERING,
      inService: false,
      upstream: new Upstream(this.network, this.clock, podIP, port),
      cancelNext: () => {},
    };
    this.members.set(key, member);
    this.later(this.times.propagationMs, () => {
      if (!this.isCurrent(member) || member.health.state === 'draining') return;
      member.inService = true;
      this.setChecked(member, CHECKING);
      this.check(member);
    });
  }

  deregister(name: TargetName): void {
    const member = this.members.get(keyOf(name));
    if (!member || member.health.state === 'draining') return;
    member.health = DRAINING;
    member.cancelNext();
    this.later(this.times.propagationMs, () => {
      member.inService = false;
    });
    this.later(this.settings.deregistrationDelayMs, () => {
      member.upstream.close();
      member.inService = false;
      if (this.isCurrent(member)) this.members.delete(keyOf(member));
    });
  }

  /** The result of DescribeTargetHealth. */
  describe(): DescribedTarget[] {
    return [...this.members.values()].map(({ podIP, port, health }) => ({ podIP, port, health }));
  }

  /** The next target, round robin; undefined if there is none. */
  choose(): LiveTarget | undefined {
    const targets = eligible(this.members.values());
    this.turn += 1;
    return targets[this.turn % Math.max(1, targets.length)];
  }

  close(): void {
    for (const cancel of this.timers) cancel();
    for (const { cancelNext, upstream } of this.members.values()) {
      cancelNext();
      upstream.close();
    }
    this.members.clear();
  }

  private check(member: Member): void {
    const { intervalMs, thresholds } = this.settings.healthCheck;
    member.cancelNext = this.clock.schedule(intervalMs, () => this.check(member));
    void checkHealth(member.upstream, this.settings.healthCheck).then((result) => {
      if (!this.isCurrent(member) || member.health.state === 'draining') return;
      this.setChecked(member, afterCheck(member.checked, result, thresholds));
    });
  }

  private setChecked(member: Member, checked: CheckedHealth): void {
    member.checked = checked;
    const { state, reason, description } = checked;
    member.health = { state, reason, description };
  }

  private isCurrent(member: Member): boolean {
    return this.members.get(keyOf(member)) === member;
  }

  private later(delayMs: number, run: () => void): void {
    const cancel = this.clock.schedule(delayMs, () => {
      this.timers.delete(cancel);
      run();
    });
    this.timers.add(cancel);
  }
}

function keyOf({ podIP, port }: TargetName): string {
  return `${podIP}:${port}`;
}
