import type { LabelSelector } from '../../../shared/kube/selectors.ts';
import { type Fields, fieldsAt, isFields, type KubeObject } from '../store/object.ts';
import type { Store } from '../store/store.ts';
import { type AdmissionQuestion, afterPatch, denial, reviewOf } from './admission-review.ts';
import { internal } from './errors.ts';
import { MUTATING_WEBHOOKS, NAMESPACES, VALIDATING_WEBHOOKS } from './resources.ts';
import { selects } from './selectors.ts';
import type { WebhookCaller } from './webhook-call.ts';

/** A write admitted by every webhook. */
export interface Admitted {
  /** After mutating webhooks. */
  object: KubeObject | undefined;
  /** For the client. */
  warnings: readonly string[];
}

/**
 * Calls the MutatingWebhookConfigurations and ValidatingWebhookConfigurations that match a write. Namespace and object
 * selectors are supported; matchConditions and reinvocationPolicy are not.
 */
export class Admission {
  private readonly store: Store;
  private readonly call: WebhookCaller;
  private readonly newUid: () => string;

  constructor(store: Store, call: WebhookCaller, newUid: () => string) {
    this.store = store;
    this.call = call;
    this.newUid = newUid;
  }

  /** True if `review` may call a webhook; other writes need not wait. */
  concerns(question: AdmissionQuestion): boolean {
    return [MUTATING_WEBHOOKS, VALIDATING_WEBHOOKS].some((kind) => this.matching(kind, question).length > 0);
  }

  /**
   * Calls every matching webhook: mutating ones one after another, by the names of their configurations, then all
   * validating ones at the same time.
   *
   * @throws StatusError the denial with the webhook's own code, or InternalError if a webhook with failurePolicy Fail
   * did not respond
   */
  async review(question: AdmissionQuestion): Promise<Admitted> {
    const warnings: string[] = [];
    let { object } = question;
    for (const webhook of this.matching(MUTATING_WEBHOOKS, question)) {
      const response = await this.ask(webhook, { ...question, object });
      warnings.push(...warningsIn(response));
      object = afterPatch(nameOf(webhook), object, response);
    }
    const mutated = { ...question, object };
    const answers = await Promise.all(
      this.matching(VALIDATING_WEBHOOKS, mutated).map((webhook) => this.ask(webhook, mutated)),
    );
    return { object, warnings: [...warnings, ...answers.flatMap(warningsIn)] };
  }

  private matching(kind: string, question: AdmissionQuestion): Fields[] {
    // The real server also exempts webhook configurations, so that a broken one can be removed.
    if (question.resource.group === 'admissionregistration.k8s.io') return [];
    const webhooks = this.store
      .list(kind)
      .flatMap((configuration) => (Array.isArray(configuration.webhooks) ? configuration.webhooks : []))
      .filter(isFields);
    return webhooks.filter(
      (webhook) => matchesRules(webhook, question) && this.matchesSelectors(webhook, question),
    );
  }

  private matchesSelectors(webhook: Fields, question: AdmissionQuestion): boolean {
    const namespaceSelector = selectorOf(webhook.namespaceSelector);
    if (namespaceSelector && question.resource.namespaced && question.namespace) {
      const namespace = this.store.get(NAMESPACES, undefined, question.namespace);
      if (!selects(namespaceSelector, namespace?.metadata.labels)) return false;
    }
    const objectSelector = selectorOf(webhook.objectSelector);
    if (!objectSelector) return true;
    return [question.object, question.oldObject].some(
      (object) => object && selects(objectSelector, object.metadata.labels),
    );
  }

  /** The webhook's response if it allows the write; empty if the call failed and failurePolicy is Ignore. */
  private async ask(webhook: Fields, question: AdmissionQuestion): Promise<Fields> {
    const response = await this.callOrIgnore(webhook, reviewOf(question, this.newUid()));
    if (!response) return {};
    if (response.allowed !== true) throw denial(nameOf(webhook), fieldsAt(response, 'status'));
    return response;
  }

  private async callOrIgnore(webhook: Fields, review: object): Promise<Fields | undefined> {
    try {
      return await this.call(webhook, review);
    } catch (error) {
      if (webhook.failurePolicy === 'Ignore') return undefined;
      const why = error instanceof Error ? error.message : String(error);
      throw internal(`failed calling webhook "${nameOf(webhook)}": ${why}`);
    }
  }
}

function nameOf(webhook: Fields): string {
  return String(webhook.name ?? '');
}

function warningsIn({ warnings }: Fields): string[] {
  return Array.isArray(warnings) ? warnings.map(String) : [];
}

function selectorOf(value: unknown): LabelSelector | undefined {
  if (!isFields(value) || Object.keys(value).length === 0) return undefined;
  return value;
}

/** Whether one of a webhook's rules matches the write. */
function matchesRules(webhook: Fields, { operation, resource, subresource }: AdmissionQuestion): boolean {
  const wanted = subresource ? `${resource.plural}/${subresource}` : resource.plural;
  const patterns = [wanted, '*/*', ...(subresource ? [`${resource.plural}/*`, `*/${subresource}`] : ['*'])];
  const rules = Array.isArray(webhook.rules) ? webhook.rules.filter(isFields) : [];
  return rules.some((rule) => {
    const scope = rule.scope ?? '*';
    return (
      contains(rule.operations, operation, '*') &&
      contains(rule.apiGroups, resource.group, '*') &&
      contains(rule.apiVersions, resource.version, '*') &&
      contains(rule.resources, ...patterns) &&
      (scope === '*' || (scope === 'Namespaced') === resource.namespaced)
    );
  });
}

function contains(values: unknown, ...wanted: readonly string[]): boolean {
  return Array.isArray(values) && values.some((value) => wanted.includes(value));
}
