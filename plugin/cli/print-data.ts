import { harmlessJson } from '../../shared/plain-text.ts';

const RESOURCE = 'zonedisruptionbudget.zonecontrol.k8s.aws';

/** As kubectl's `-o name` writes a budget. */
export function resourceName(name: string): string {
  return `${RESOURCE}/${name}`;
}

/** An object in the form that `-o` asks for; without it, what was done with it. */
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

/** Data as indented JSON or as YAML. What is undefined is left out of both. */
export async function printData(data: unknown, output: 'json' | 'yaml'): Promise<string> {
  const json = JSON.stringify(data, undefined, 4);
  if (output === 'json') return `${harmlessJson(json)}\n`;
  const { dump } = await import('js-yaml');
  return dump(JSON.parse(json), { lineWidth: -1, noRefs: true });
}
