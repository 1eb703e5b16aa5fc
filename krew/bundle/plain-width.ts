import { stripVTControlCharacters } from 'node:util';

/**
 * Stands in for `string-width` where yargs lays out its help: how many columns a text takes on a terminal, if each
 * of its characters takes one. All our help texts are so.
 */
export default function plainWidth(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}
