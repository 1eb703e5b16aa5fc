import type { RolloutDecision } from '../../../../shared/rollout/decide/types.ts';
import { DrivenCluster, type Fate, type Scenario } from './driven.ts';
import type { Pick } from './model.ts';
import type { SaveFate } from './process.ts';
import { untruth } from './truth.ts';

const FATES: readonly Fate[] = [
  'accepted',
  'accepted',
  'accepted',
  'accepted',
  'refused',
  'late',
  'late',
  'lost',
];

const SAVES: readonly SaveFate[] = ['failed', 'lost', 'fatal', 'fatal, stored'];

/** After so many rounds nothing moves by itself any more that could lift a block. */
const PATIENCE = 150;
const BAD = [undefined, undefined, 'unready', 'unschedulable'] as const;

/** A trouble that does not end. */
export const LASTING = ['label', 'gate', 'unready', 'unschedulable', 'controllers away'] as const;
export type Lasting = (typeof LASTING)[number];

/** The same, moved one random step at a time. */
export class Simulation extends DrivenCluster {
  /** Rounds that it took to settle. */
  rounds = 0;

  /** Runs all steps of the scenario. */
  run(scenario: Scenario): void {
    for (const number of scenario.steps) {
      this.random(number, scenario.trouble);
      this.taken.look(this.cluster);
      this.step += 1;
    }
  }

  /**
   * Ends all trouble, and lets everything that can move, move, until the rollout says it is done. Where it says that a
   * flag would help, the flag is given.
   */
  settle(maxRounds: number): RolloutDecision {
    const { cluster } = this;
    this.calm();
    cluster.controllersAway = false;
    const bad = cluster.badRevisions.has(cluster.updateRevision);
    if (bad || cluster.unschedulable.has(cluster.updateRevision)) cluster.newRevision(undefined);
    cluster.revisionObserved = true;
    cluster.replicas = Math.max(1, cluster.replicas);
    let decision: RolloutDecision = { kind: 'done', reason: '' };
    for (this.rounds = 0; this.rounds < maxRounds; this.rounds += 1) {
      decision = this.drive(Number.POSITIVE_INFINITY, () => 'accepted');
      if (decision.kind === 'done') return decision;
      this.controllersMove();
      const flagHelps = decision.kind === 'blocked' && decision.fix.includes('--replace-unready');
      if (this.rounds < PATIENCE || !flagHelps) continue;
      this.options = { ...this.options, replaceUnready: true };
    }
    return decision;
  }

  /**
   * Ends all trouble but one, and lets everything move that can.
   *
   * @returns what is not true of the last decision (R12); undefined where all is
   */
  settleWith(lasting: Lasting, rounds: number): string | undefined {
    const { cluster } = this;
    this.calm();
    cluster.controllersAway = false;
    if (lasting === 'gate') this.gate = { ...this.gate, state: 'closed' };
    if (lasting === 'unready' || lasting === 'unschedulable') cluster.newRevision(lasting, true);
    else cluster.newRevision(undefined, lasting !== 'controllers away');
    if (lasting === 'label') cluster.unlabelledNodes.add(`node-${cluster.zones[0]}`);
    cluster.controllersAway = lasting === 'controllers away';
    let decision: RolloutDecision = { kind: 'done', reason: '' };
    for (let round = 0; round < rounds; round += 1) {
      decision = this.drive(Number.POSITIVE_INFINITY, () => 'accepted');
      this.controllersMove();
    }
    decision = this.drive(0, () => 'accepted');
    return untruth(decision, cluster, this.gate, this.options);
  }

  private calm(): void {
    this.lag = 0;
    this.save = 'stored';
    this.gate = { ...this.gate, state: 'open' };
    this.options = { ...this.options, replaceUnready: false };
    this.cluster.unlabelledNodes.clear();
    while (this.frozen.length > 0) this.proceed(() => 0);
    for (const request of this.requests) if (request.awaited) this.answerLost(request);
  }

  /** What controllers and kubelets do by themselves. */
  private controllersMove(): void {
    const { cluster } = this;
    cluster.nowMs += 1000;
    if (!cluster.controllersAway) cluster.revisionObserved = true;
    cluster.controllerDeletesSurplus();
    cluster.podVanishes(() => 0);
    cluster.controllerCreates();
    cluster.schedulerBinds(() => 0);
    cluster.podBecomesReady(() => 0);
    this.taken.look(cluster);
  }

  private random(number: number, trouble: boolean): void {
    const { cluster } = this;
    let rest = Math.floor(number / 80);
    const pick = (below: number) => {
      const choice = rest % below;
      rest = Math.floor(rest / below);
      return choice;
    };
    const kind = number % 80;
    const fate = () => FATES[pick(FATES.length)] ?? 'accepted';
    if (kind < 16) this.drive(pick(5), fate);
    else if (kind < 22) cluster.podVanishes(pick);
    else if (kind < 28) cluster.controllerCreates();
    else if (kind < 34) cluster.schedulerBinds(pick);
    else if (kind < 46) cluster.podBecomesReady(pick);
    else if (kind < 54) cluster.nowMs += [1, 100, 1000, 20_000][pick(4)] ?? 1;
    else if (kind === 54) cluster.controllerDeletesSurplus();
    else if (kind < 57) cluster.controllerObserves();
    else if (kind === 57)
      this.gate = { ...this.gate, state: (['open', 'closed', 'unknown'] as const)[pick(3)] ?? 'open' };
    else if (kind === 58) this.takeOver();
    else if (kind === 59 && pick(8) === 0) cluster.newRevision(BAD[trouble ? pick(BAD.length) : 0]);
    else if (kind === 60 && pick(8) === 0) cluster.rollBack(pick);
    else if (kind === 61 && pick(8) === 0) cluster.replicas = pick(25);
    else if (kind === 62 && trouble && pick(2) === 0) cluster.podFails(pick);
    else if (kind === 63 && trouble) this.toggleLabel(pick(cluster.zones.length));
    else if (kind >= 64 && kind < 72) this.move(kind, pick);
    else if (kind === 72 || kind === 73) this.freeze();
    else if (kind === 74) this.proceed(pick);
    else if (kind === 75 && trouble) cluster.controllersAway = pick(4) === 0;
    else if (kind === 76 || kind === 77) {
      this.save = SAVES[pick(SAVES.length)] ?? 'failed';
      this.drive(pick(5), fate);
      this.save = 'stored';
    } else if (kind > 77) this.drive(1 + pick(4), fate, () => this.change(pick));
  }

  /** Something happens between the write of the memory and the evictions. */
  private change(pick: Pick): void {
    const what = pick(3);
    if (what === 0) this.cluster.newRevision(undefined, pick(2) === 0);
    else if (what === 1) this.cluster.rollBack(pick);
    else this.cluster.podFails(pick);
  }

  /** Something happens to an eviction on its way. */
  private move(kind: number, pick: Pick): void {
    const request = this.requests[pick(Math.max(1, this.requests.length))];
    if (kind === 71) this.cluster.touch(`ingester-${pick(Math.max(1, this.cluster.replicas))}`);
    if (kind === 70) this.cluster.controllerObserves();
    if (!request) return;
    if (kind < 66) this.carryOut(request);
    else if (kind === 66) this.answerLost(request);
    else if (kind === 67) this.drop(request);
    else if (kind === 68 && pick(4) === 0) this.cluster.newRevision(undefined, true);
  }

  private toggleLabel(index: number): void {
    const { unlabelledNodes, zones } = this.cluster;
    const node = `node-${zones[index]}`;
    if (!unlabelledNodes.delete(node) && this.step % 7 === 0) unlabelledNodes.add(node);
  }
}
