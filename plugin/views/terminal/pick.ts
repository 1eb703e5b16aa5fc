/** The `count` most important items, in their original order. */
export function mostImportant<T>(items: readonly T[], count: number, importance: (item: T) => number): T[] {
  const ranked = [...items].sort((a, b) => importance(b) - importance(a));
  const chosen = new Set(ranked.slice(0, Math.max(0, count)));
  return items.filter((item) => chosen.has(item));
}
