import { harmlessJson } from '../../shared/plain-text.ts';
import type { OutputStream } from './context.ts';
import { writeDocument, writeJson } from './output.ts';

/** How a run is reported instead of by a live view. */
export const EVENT_OUTPUTS = ['plain', 'json', 'yaml'] as const;
export type EventOutput = (typeof EVENT_OUTPUTS)[number];
/** Their description, for a command's `-o`. */
export const EVENT_OUTPUT_HELP = 'plain, json (lines) or yaml (documents) instead of the live view';

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
export async function printData(data: unknown, output: DataOutput): Promise<string> {
  const json = JSON.stringify(data, undefined, 4);
  if (output === 'json') return `${harmlessJson(json)}\n`;
  return (await yamlDumper())(JSON.parse(json));
}

/** Formats for programs. */
export type DataOutput = 'json' | 'yaml';

/** Whether the output is one of them. */
export function isData(output: string | undefined): output is DataOutput {
  return output === 'json' || output === 'yaml';
}

/** Writes one result: JSON on one line, or YAML. */
export async function writeData(stdout: OutputStream, data: object, output: DataOutput): Promise<void> {
  if (output === 'json') writeJson(stdout, data);
  else writeDocument(stdout, await printData(data, output));
}

/** A function that writes one of many values: a line of JSON, or a YAML document after `---`, as kubectl does. */
export async function dataWriter(stdout: OutputStream, output: DataOutput): Promise<(data: object) => void> {
  if (output === 'json') return (data) => writeJson(stdout, data);
  const dump = await yamlDumper();
  return (data) => writeDocument(stdout, `---\n${dump(JSON.parse(JSON.stringify(data)))}`);
}

async function yamlDumper(): Promise<(data: unknown) => string> {
  const { dump } = await import('js-yaml');
  return (data) => dump(data, { lineWidth: -1, noRefs: true });
}
