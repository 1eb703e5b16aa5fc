import assert from 'node:assert/strict';
import { access } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { describe, it } from 'node:test';
import { anchors, codeSpans, fencedBlocks, linkTargets } from './markdown.ts';
import { type Page, ROOT, readPages } from './pages.ts';
import { commandsIn } from './shell.ts';

/** Folders of the repository; what begins with one of them is a path in it. */
const IN_REPOSITORY = /^(bench|docs|krew|manifests|plugin|shared|test|webhook)\/[\w./-]*\w$/;

const pages = await readPages();

describe('the pages', () => {
  it('are all found', () => {
    for (const path of ['README.md', 'CHANGELOG.md', 'docs/checks.md', 'docs/reference/rollout.md']) {
      assert.ok(
        pages.some((page) => page.path === path),
        path,
      );
    }
  });

  for (const page of pages) {
    it(`${page.path} leads to pages and headings that exist`, async () => {
      for (const target of linkTargets(page.text)) {
        if (/^(https?|mailto):/.test(target)) continue;
        const [path = '', anchor] = target.split('#');
        const file = path === '' ? page.path : normalize(join(dirname(page.path), path));
        await assertExists(file, `${page.path} links to ${target}`);
        if (anchor !== undefined) assertHeading(pages, file, anchor, `${page.path} links to ${target}`);
      }
    });

    it(`${page.path} names files that exist`, async () => {
      const words = [
        ...codeSpans(page.text),
        ...fencedBlocks(page.text, 'sh').flatMap((block) => commandsIn(block).flat()),
      ];
      for (const path of words.filter((word) => IN_REPOSITORY.test(word))) {
        await assertExists(path, `${page.path} names ${path}`);
      }
    });
  }

  it('are each reached from the README', () => {
    const reached = new Set(['README.md']);
    for (const path of reached) {
      const page = pages.find((each) => each.path === path);
      for (const target of linkTargets(page?.text ?? '')) {
        const file = normalize(join(dirname(path), target.split('#')[0] ?? ''));
        if (file.endsWith('.md') && !/^https?:/.test(target)) reached.add(file);
      }
    }
    const lost = pages.map(({ path }) => path).filter((path) => !reached.has(path));
    assert.deepEqual(lost, []);
  });
});

function assertHeading(among: readonly Page[], file: string, anchor: string, message: string): void {
  const page = among.find(({ path }) => path === file);
  assert.ok(page && anchors(page.text).has(anchor), message);
}

async function assertExists(path: string, message: string): Promise<void> {
  await access(join(ROOT, path)).catch(() => assert.fail(message));
}
