import { type Fields, fieldsAt, isFields, type KubeObject } from '../store/object.ts';
import type { Store } from '../store/store.ts';
import {
  BUILT_IN,
  CRDS,
  type PrinterColumn,
  type Resource,
  type ScalePaths,
  storageKey,
} from './resources.ts';

/** Every served resource: the built-in ones, and those of CustomResourceDefinitions. */
export class Catalog {
  private resources: readonly Resource[] = BUILT_IN;
  private readonly store: Store;
  private readonly unsubscribe: () => void;

  constructor(store: Store) {
    this.store = store;
    this.unsubscribe = store.subscribe((change) => {
      if (change.resource === CRDS) this.rebuild();
    });
  }

  all(): readonly Resource[] {
    return this.resources;
  }

  find(group: string, version: string, plural: string): Resource | undefined {
    return this.resources.find(
      (resource) => resource.plural === plural && resource.group === group && resource.version === version,
    );
  }

  /** The resource of a kind in an owner reference. */
  ofKind(apiVersion: string, kind: string): Resource | undefined {
    const [first = '', second] = apiVersion.split('/');
    const [group, version] = second === undefined ? ['', first] : [first, second];
    return this.resources.find(
      (resource) => resource.kind === kind && resource.group === group && resource.version === version,
    );
  }

  /** The resource with this table in the store. */
  ofStorage(storage: string): Resource | undefined {
    return this.resources.find((resource) => resource.storage === storage);
  }

  close(): void {
    this.unsubscribe();
  }

  private rebuild(): void {
    this.resources = [...BUILT_IN, ...this.store.list(CRDS).flatMap(customResources)];
  }
}

/** The resources of a CustomResourceDefinition, one per served version. */
export function customResources(definition: KubeObject): Resource[] {
  const spec = fieldsAt(definition, 'spec');
  const names = fieldsAt(spec, 'names');
  const group = String(spec.group ?? '');
  const plural = String(names.plural ?? '');
  const versions = list(spec.versions);
  const stored = versions.find((version) => version.storage === true)?.name;
  return versions
    .filter((version) => version.served === true)
    .map((version) => {
      const subresources = fieldsAt(version, 'subresources');
      const kind = String(names.kind ?? '');
      return {
        group,
        version: String(version.name ?? ''),
        plural,
        singular: String(names.singular ?? kind.toLowerCase()),
        kind,
        namespaced: spec.scope === 'Namespaced',
        shortNames: texts(names.shortNames),
        categories: texts(names.categories),
        subresources: ['status', 'scale'].filter((subresource) => isFields(subresources[subresource])),
        storage: storageKey(group, plural),
        hasGeneration: true,
        review: false,
        printerColumns: list(version.additionalPrinterColumns).map(printerColumn),
        ...(isFields(subresources.scale) ? { scale: scalePaths(subresources.scale) } : {}),
        ...(typeof stored === 'string' ? { storedVersion: stored } : {}),
      };
    });
}

function printerColumn(column: Fields): PrinterColumn {
  return {
    name: String(column.name ?? ''),
    type: String(column.type ?? 'string'),
    jsonPath: String(column.jsonPath ?? ''),
    description: String(column.description ?? ''),
    priority: Number(column.priority ?? 0),
  };
}

function scalePaths(scale: Fields): ScalePaths {
  return {
    specReplicasPath: String(scale.specReplicasPath ?? '.spec.replicas'),
    statusReplicasPath: String(scale.statusReplicasPath ?? '.status.replicas'),
    ...(typeof scale.labelSelectorPath === 'string' ? { labelSelectorPath: scale.labelSelectorPath } : {}),
  };
}

function list(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
