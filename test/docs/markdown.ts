/** What the tests of the pages need to know of Markdown, in the form GitHub shows. */

const FENCED = /^ *```(\w*)\n(.*?)^ *```$/gms;

/** The text of the fenced blocks of one language. */
export function fencedBlocks(text: string, language: string): string[] {
  return [...text.matchAll(FENCED)].flatMap(([, of, block]) => (of === language ? [block ?? ''] : []));
}

/** Where its links and pictures lead, as written. */
export function linkTargets(text: string): string[] {
  const prose = withoutCode(text);
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target ?? '');
}

/** What stands in backquotes, outside of fenced blocks. */
export function codeSpans(text: string): string[] {
  return [...text.replace(FENCED, '').matchAll(/`([^`\n]+)`/g)].map(([, code]) => code ?? '');
}

/** The anchors of its headings: lower case, punctuation left out, spaces as hyphens, repeated ones numbered. */
export function anchors(text: string): Set<string> {
  const found = new Set<string>();
  for (const [, heading = ''] of text.replace(FENCED, '').matchAll(/^#+ +(.+)$/gm)) {
    const slug = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-');
    let anchor = slug;
    for (let count = 1; found.has(anchor); count += 1) anchor = `${slug}-${count}`;
    found.add(anchor);
  }
  return found;
}

function withoutCode(text: string): string {
  return text.replace(FENCED, '').replace(/`[^`\n]+`/g, '');
}
