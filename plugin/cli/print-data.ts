import { harmlessJson } from '../../shared/plain-text.ts';

const RESOURCE = 'zonedisruptionbudget.zonecontrol.k8s.aws';

/** A budget's name in the format of kubectl's `-o name`. */
export function resourceName(name: string): string {
  return `${RESOURCE}/${name}`;
}

/** An object in the format of `-o`; without it, a line that says what was done. */
export async function printObject(
  object: unknown,
  name: string,
  output: 'json' | 'yaml' | 'name' | undefined,
  done: string,
): Promise<string> {
  switch (output) {
    case 'json':
    case 'yaml':
      return printData(object, output);
    case 'name':
      return `${resourceName(name)}\n`;
    default:
      return `${resourceName(name)} ${done}\n`;
  }
}

/** Data as indented JSON or as YAML. Both omit undefined values. */
export async function printData(data: unknown, output: 'json' | 'yaml'): Promise<string> {
  const json = JSON.stringify(data, undefined, 4);
  if (output === 'json') return `${harmlessJson(json)}\n`;
  const { dump } = await import('js-yaml');
  return dump(JSON.parse(json), { lineWidth: -1, noRefs: true });
}
