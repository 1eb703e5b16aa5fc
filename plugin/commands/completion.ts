import { COMPLETION_SCRIPT } from '../completion/script.ts';
import { EXIT } from '../errors.ts';
import type { Command } from './command.ts';

export const completionCommand: Command = {
  usage: 'completion',
  summary: 'Print the file that makes the shell complete kubectl zone',
  description:
    'kubectl completes the words of a plugin by running kubectl_complete-zone, an executable file on your PATH. npm installs it; krew does not, so save it once beside kubectl-zone:\n\n    kubectl zone completion > ~/.krew/bin/kubectl_complete-zone\n    chmod +x ~/.krew/bin/kubectl_complete-zone\n\nAny other folder of your PATH serves as well. The file asks the plugin, so it does not age with it. kubectl’s own completion must be on in your shell: kubectl completion --help says how.',
  options: {},
  examples: [['kubectl zone completion', 'Show the file']],
  connects: false,
  async run(_args, context) {
    context.stdout.write(COMPLETION_SCRIPT);
    return EXIT.done;
  },
};
