import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anchors, codeSpans, fencedBlocks, linkTargets } from './markdown.ts';

const PAGE = `# The \`zone\` verb: what, & why?

A [link](other.md#part) and a ![picture](a.svg), but \`[no](link.md)\` in code; see \`docs/a.md\`.

- In a list:

  \`\`\`sh
  kubectl zone plan sts/a   # [not](a-link.md)
  \`\`\`

\`\`\`text
# not a heading, \`not code\`
\`\`\`

## Twice

## Twice
`;

describe('reading a page of Markdown', () => {
  it('finds the blocks of a language, also within lists', () => {
    assert.deepEqual(fencedBlocks(PAGE, 'sh'), ['  kubectl zone plan sts/a   # [not](a-link.md)\n']);
    assert.equal(fencedBlocks(PAGE, 'text').length, 1);
    assert.deepEqual(fencedBlocks(PAGE, 'yaml'), []);
  });

  it('finds links and pictures outside of code', () => {
    assert.deepEqual(linkTargets(PAGE), ['other.md#part', 'a.svg']);
  });

  it('finds code between backquotes, and not in blocks', () => {
    assert.deepEqual(codeSpans(PAGE), ['zone', '[no](link.md)', 'docs/a.md']);
  });

  it('makes anchors as GitHub does, and numbers those that come again', () => {
    assert.deepEqual([...anchors(PAGE)], ['the-zone-verb-what--why', 'twice', 'twice-1']);
  });
});
