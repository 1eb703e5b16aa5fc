import type { Command } from '../cli/command.ts';
import { EXIT } from '../cli/errors.ts';
import { writeDocument } from '../cli/output.ts';
import { COMPLETION_SCRIPT } from '../completion/script.ts';

export const completionCommand: Command = {
  usage: 'completion',
  summary: 'Print the script for shell completion of kubectl zone',
  description:
    'kubectl completes the arguments of a plugin by running kubectl_complete-zone, an executable file on your PATH. npm installs it; krew does not, so save it once:\n\n    kubectl zone completion > kubectl_complete-zone\n    sudo install -m 755 kubectl_complete-zone /usr/local/bin/\n\nAny other directory of your PATH works, but not ~/.krew/bin: a foreign file there makes krew report "krew home outdated" once no plugin is installed. The file calls the plugin, so an upgrade does not make it outdated. kubectl’s own completion must be enabled in your shell; see kubectl completion --help.',
  options: {},
  examples: [['kubectl zone completion', 'Print the script']],
  connects: false,
  async run(_args, context) {
    writeDocument(context.stdout, COMPLETION_SCRIPT);
    return EXIT.done;
  },
};
