/** A rate with thousands apart, and a decimal where it would matter: `8,167`, `2.3`. */
export function formatRate(perSecond: number): string {
  return perSecond.toLocaleString('en-US', { maximumFractionDigits: perSecond < 10 ? 1 : 0 });
}
