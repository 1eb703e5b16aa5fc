/**
 * How often something random is tried: `count` times TEST_SCALE, which is 1 by default. `.ci/run` sets 20, for which
 * there is no time in `npm test`.
 */
export function runs(count: number, env: NodeJS.ProcessEnv = process.env): number {
  const scale = Number(env.TEST_SCALE || 1);
  if (!(scale > 0)) throw new Error(`TEST_SCALE=${env.TEST_SCALE} is not a number above 0`);
  return Math.ceil(count * scale);
}
