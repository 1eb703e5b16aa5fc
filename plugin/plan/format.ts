/** A rate with thousands separators, and a decimal if it is small: `8,167`, `2.3`. */
export function formatRate(perSecond: number): string {
  return perSecond.toLocaleString('en-US', { maximumFractionDigits: perSecond < 10 ? 1 : 0 });
}
