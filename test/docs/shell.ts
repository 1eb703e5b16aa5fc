/** A command between the operators of a shell. */
export type Words = readonly string[];

/** One piece: an operator, a comment, or a part of a word, quoted or not. */
const PIECE =
  /(?<space>(?:\\\n|[ \t])+)|(?<end>[\n;&|<>()]+)|'(?<single>[^']*)'|"(?<double>(?:\\.|[^"\\])*)"|\\(?<escaped>.)|(?<plain>[^\s;&|<>()'"\\]+)/gy;

/**
 * The commands of a few lines of shell, as words. It knows quotes, comments, continued lines, pipes and redirections;
 * substitutions and variables stay as they are written.
 *
 * @throws Error where a quote is not closed
 */
export function commandsIn(script: string): Words[] {
  const commands: string[][] = [[]];
  let word: string | undefined;
  const endWord = () => {
    if (word !== undefined) commands.at(-1)?.push(word);
    word = undefined;
  };
  PIECE.lastIndex = 0;
  while (PIECE.lastIndex < script.length) {
    const at = PIECE.lastIndex;
    if (word === undefined && script[at] === '#') {
      const lineEnd = script.indexOf('\n', at);
      PIECE.lastIndex = lineEnd < 0 ? script.length : lineEnd;
      continue;
    }
    const pieces = PIECE.exec(script)?.groups;
    if (!pieces) throw new Error(`a quote is not closed: ${script.slice(at, at + 60)}`);
    const { space, end, single, double, escaped, plain } = pieces;
    if (space !== undefined) endWord();
    else if (end !== undefined) {
      endWord();
      commands.push([]);
    } else word = (word ?? '') + (single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped ?? plain ?? '');
  }
  endWord();
  return commands.filter((words) => words.length > 0);
}

const PROGRAMS: readonly Words[] = [['kubectl', 'zone'], ['kubectl-zone'], ['plugin/kubectl-zone']];

/** The words after `kubectl zone`, of each command that calls the plugin; assignments before it are passed over. */
export function pluginCalls(script: string): Words[] {
  return commandsIn(script).flatMap((words) => {
    const begin = words.findIndex((word) => !/^\w+=/.test(word));
    const command = words.slice(Math.max(begin, 0));
    const program = PROGRAMS.find((each) => each.every((word, index) => command[index] === word));
    return program ? [command.slice(program.length)] : [];
  });
}
