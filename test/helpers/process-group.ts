import { obituary, type ProcessSpec, type RunningProcess, startProcess } from './processes.ts';
import { startWatchdog } from './watchdog.ts';

/** Processes that live no longer than the test that started them. */
export interface ProcessGroup {
  start(spec: ProcessSpec): Promise<RunningProcess>;
  /** Kills one of them on purpose. */
  kill(process: RunningProcess): Promise<void>;
  /** The processes started and not killed on purpose; one that ended by itself stays in here. */
  members(): readonly RunningProcess[];
  /**
   * Kills all, and removes the group's folder.
   *
   * @throws Error with the last log lines of a process that had ended by itself, after the others are killed
   */
  stop(): Promise<void>;
}

/**
 * Makes an empty group.
 *
 * @param removeDir a folder that belongs to the processes and is removed after them, if any
 */
export function startProcessGroup(removeDir?: string): ProcessGroup {
  const watchdog = startWatchdog(removeDir);
  const members = new Set<RunningProcess>();

  const kill = async (process: RunningProcess) => {
    members.delete(process);
    await process.kill();
  };

  return {
    async start(spec) {
      const process = await startProcess(spec);
      watchdog.guard(process.pid);
      members.add(process);
      void process.end.then(() => watchdog.release(process.pid));
      return process;
    },
    kill,
    members: () => [...members],
    async stop() {
      const fallen = [...members].filter((process) => process.ended() !== undefined);
      const obituaries = await Promise.all(fallen.map(obituary));
      await Promise.all([...members].map(kill));
      await watchdog.dismiss();
      if (obituaries.length > 0) throw new Error(obituaries.join('\n'));
    },
  };
}
