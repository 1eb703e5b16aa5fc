/** The pages of a simulated hash ring, shaped like dskit's (`ring/ring_http.go`). */
import type { PodResponse } from '../service.ts';
import { type Member, shownState } from './members.ts';

const NEVER = '0001-01-01T00:00:00Z';

/** The ring as JSON if the client accepts it, otherwise as HTML. */
export function ringPage(members: readonly Member[], accept: string, nowMs: number): PodResponse {
  const sorted = [...members].sort((a, b) => (a.id < b.id ? -1 : 1));
  return accept.includes('application/json')
    ? { code: 200, headers: { 'content-type': 'application/json' }, body: toJson(sorted, nowMs) }
    : { code: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body: toHtml(sorted, nowMs) };
}

function toJson(members: readonly Member[], nowMs: number): string {
  const shards = members.map((member) => ({
    id: member.id,
    state: shownState(member, nowMs),
    address: member.address,
    timestamp: seconds(member.stoppedMs ?? nowMs),
    registered_timestamp: seconds(member.registeredMs),
    read_only: false,
    read_only_updated_timestamp: NEVER,
    zone: member.zone,
    tokens: [],
  }));
  return `${JSON.stringify({ shards, now: new Date(nowMs).toISOString() })}\n`;
}

function toHtml(members: readonly Member[], nowMs: number): string {
  const rows = members.map((member) => {
    const cells = [member.id, member.zone, shownState(member, nowMs), member.address];
    return `<tr>${[...cells, seconds(member.stoppedMs ?? nowMs)].map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
  });
  return `<!DOCTYPE html>
<html>
<head><meta charset="UTF-8"><title>Ring Status</title></head>
<body>
<h1>Ring Status</h1>
<p>Current time: ${new Date(nowMs).toISOString()}</p>
<table>
<tr><th>Instance ID</th><th>Availability Zone</th><th>State</th><th>Address</th><th>Last Heartbeat</th></tr>
${rows.join('\n')}
</table>
</body>
</html>
`;
}

/** Heartbeats have whole seconds. */
function seconds(atMs: number): string {
  return new Date(atMs).toISOString().replace(/\.\d+/, '');
}
