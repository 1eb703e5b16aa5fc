import type { Clock } from '../../../shared/clock.ts';
import type { Catalog } from './catalog.ts';
import type { ApiRequest } from './message.ts';
import type { Objects } from './objects.ts';
import { isDryRun } from './query.ts';
import type { Watches } from './watch.ts';
import type { WriteContext, Writer } from './write.ts';

/** The dependencies of the API's handlers. */
export interface ApiParts {
  objects: Objects;
  catalog: Catalog;
  writer: Writer;
  watches: Watches;
  clock: Clock;
}

/** The write context of a request: the user, and whether it is a dry run. */
export function contextOf(request: ApiRequest, bodyDryRun?: unknown): WriteContext {
  const dryRun = isDryRun(request.query, bodyDryRun);
  return { dryRun, user: request.user, manager: managerOf(request), warnings: [] };
}

/** The field manager of a request. */
function managerOf({ query, userAgent, contentType }: ApiRequest): WriteContext['manager'] {
  const name = query.get('fieldManager') || userAgent.split('/')[0] || 'unknown';
  return { name, operation: contentType?.includes('apply-patch') ? 'Apply' : 'Update' };
}
