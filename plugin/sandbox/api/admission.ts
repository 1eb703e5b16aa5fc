import { type Fields, fieldsAt, isFields, type KubeObject } from '../store/object.ts';
import type { Store } from '../store/store.ts';
import { internal, StatusError } from './errors.ts';
import { groupVersionOf, NAMESPACES, type Resource, VALIDATING_WEBHOOKS } from './resources.ts';
import { type LabelSelector, selects } from './selectors.ts';
import type { WebhookCaller } from './webhook-call.ts';

export interface User {
  username: string;
  uid?: string;
  groups: readonly string[];
}

/** What webhooks are asked about: the parts of admission/v1 AdmissionRequest that vary. */
export interface AdmissionQuestion {
  operation: 'CREATE' | 'UPDATE' | 'DELETE';
  resource: Resource;
  subresource?: string | undefined;
  /** Kind of `object` where it is not that of the resource: an Eviction. */
  apiVersion?: string;
  kind?: string;
  namespace?: string | undefined;
  name: string;
  object?: KubeObject | undefined;
  oldObject?: KubeObject | undefined;
  options?: object;
  dryRun: boolean;
  user: User;
}

/** Calls the ValidatingWebhookConfigurations that match a write. */
export class Admission {
  private readonly store: Store;
  private readonly call: WebhookCaller;
  private readonly newUid: () => string;

  constructor(store: Store, call: WebhookCaller, newUid: () => string) {
    this.store = store;
    this.call = call;
    this.newUid = newUid;
  }

  /** True when `review` would call somebody; writes without webhooks need not wait. */
  concerns(question: AdmissionQuestion): boolean {
    return this.matching(question).length > 0;
  }

  /**
   * Asks every matching webhook at the same time.
   *
   * @returns warnings for the client
   * @throws StatusError the denial with the webhook's own code, or InternalError when one that must not fail
   *   did not answer
   */
  async review(question: AdmissionQuestion): Promise<string[]> {
    const answers = await Promise.all(this.matching(question).map((webhook) => this.ask(webhook, question)));
    return answers.flat();
  }

  private matching(question: AdmissionQuestion): Fields[] {
    // The real server exempts webhook configurations too, so that a broken one can be removed.
    if (question.resource.group === 'admissionregistration.k8s.io') return [];
    const webhooks = this.store
      .list(VALIDATING_WEBHOOKS)
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

  private async ask(webhook: Fields, question: AdmissionQuestion): Promise<string[]> {
    const name = String(webhook.name ?? '');
    const uid = this.newUid();
    const response = await this.callOrIgnore(webhook, name, reviewOf(question, uid));
    if (!response) return [];
    const warnings = Array.isArray(response.warnings) ? response.warnings.map(String) : [];
    if (response.allowed !== true) throw denial(name, fieldsAt(response, 'status'));
    return warnings;
  }

  private async callOrIgnore(webhook: Fields, name: string, review: object): Promise<Fields | undefined> {
    try {
      return await this.call(webhook, review);
    } catch (error) {
      if (webhook.failurePolicy === 'Ignore') return undefined;
      const why = error instanceof Error ? error.message : String(error);
      throw internal(`failed calling webhook "${name}": ${why}`);
    }
  }
}

function selectorOf(value: unknown): LabelSelector | undefined {
  if (!isFields(value) || Object.keys(value).length === 0) return undefined;
  return value;
}

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

function reviewOf(question: AdmissionQuestion, uid: string): object {
  const { resource, subresource, object, oldObject, namespace } = question;
  const [group, version] = splitVersion(question.apiVersion ?? groupVersionOf(resource));
  const kind = { group, version, kind: question.kind ?? resource.kind };
  const gvr = { group: resource.group, version: resource.version, resource: resource.plural };
  return {
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid,
      kind,
      resource: gvr,
      ...(subresource ? { subResource: subresource } : {}),
      requestKind: kind,
      requestResource: gvr,
      ...(subresource ? { requestSubResource: subresource } : {}),
      name: question.name,
      ...(namespace ? { namespace } : {}),
      operation: question.operation,
      userInfo: question.user,
      object: object ?? null,
      oldObject: oldObject ?? null,
      dryRun: question.dryRun,
      options: question.options ?? null,
    },
  };
}

function splitVersion(apiVersion: string): [group: string, version: string] {
  const [first = '', second] = apiVersion.split('/');
  return second === undefined ? ['', first] : [first, second];
}

/** The webhook's own Status with its code, in the words of apiserver's webhook/errors.ToStatusErr. */
function denial(webhook: string, status: Fields): StatusError {
  const code = typeof status.code === 'number' && status.code >= 400 ? status.code : 400;
  const deniedBy = `admission webhook "${webhook}" denied the request`;
  const reason = typeof status.reason === 'string' ? status.reason : '';
  const why = typeof status.message === 'string' && status.message ? status.message : reason;
  const message = why ? `${deniedBy}: ${why}` : `${deniedBy} without explanation`;
  return new StatusError(code, reason, message, isFields(status.details) ? status.details : undefined);
}
