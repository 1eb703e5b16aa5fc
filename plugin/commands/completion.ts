import type { Command } from '../cli/command.ts';
import { EXIT } from '../cli/errors.ts';
import { writeDocument } from '../cli/output.ts';
import { COMPLETION_SCRIPT } from '../completion/script.ts';

export const completionCommand: Command = {
  usage: 'completion',
  summary: 'Print the file that makes the shell complete kubectl zone',
  description:
    'kubectl completes the words of a plugin by running kubectl_complete-zone, an executable file on your PATH. npm installs it; krew does not, so save it once:\n\n    kubectl zone completion > kubectl_complete-zone\n    sudo install -m 755 kubectl_complete-zone /usr/local/bin/\n\nAny other folder of your PATH serves as well, but not ~/.krew/bin: with a file there that is not its own, krew says that its home is outdated as soon as no plugin is left. The file asks the plugin, so it does not age with it. kubectl’s own completion must be on in your shell: kubectl completion --help says how.',
  options: {},
  examples: [['kubectl zone completion', 'Show the file']],
  connects: false,
  async run(_args, context) {
    writeDocument(context.stdout, COMPLETION_SCRIPT);
    return EXIT.done;
  },
};
