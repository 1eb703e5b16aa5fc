import type { ConnectOptions } from '../../shared/kube/connect.ts';
import type { ZoneSource } from '../../shared/kube/zones.ts';
import type { Context } from '../cli/context.ts';
import { EXIT, type ExitCode } from '../cli/errors.ts';
import { writeLines } from '../cli/output.ts';
import { isData, writeData } from '../cli/print-data.ts';
import type { Target } from '../cli/target.ts';
import { choicesLines } from './choices-lines.ts';
import type { GivenLoad } from './load-options.ts';
import { overrun } from './overrun.ts';
import { planChoices } from './plan.ts';
import { surveyWorkload } from './survey.ts';

/** The flags of `kubectl zone plan`. */
export interface PlanRequest {
  target: Target;
  /** Where the pods' zones come from; undefined for the workload's default. */
  zones: ZoneSource | undefined;
  /** More than one pod at a time may be down although all are in one zone. */
  singleZone: boolean;
  given: GivenLoad;
  output: 'table' | 'json' | 'yaml' | undefined;
  connection: ConnectOptions;
}

/**
 * Compares the settings for a rollout. Changes nothing.
 *
 * @returns 0
 * @throws UserError if the workload or its zones cannot be read, and, after the table, if no setting is safe
 */
export async function runPlan(request: PlanRequest, context: Context): Promise<ExitCode> {
  const kube = await context.connect(request.connection);
  try {
    const survey = await surveyWorkload(kube, request.target, request.zones);
    const plan = planChoices(survey, request.given, request.singleZone);
    if (isData(request.output)) await writeData(context.stdout, plan, request.output);
    else writeLines(context.stdout, choicesLines(plan));
    const error = overrun(plan);
    if (error) throw error;
    return EXIT.done;
  } finally {
    await kube.close();
  }
}
