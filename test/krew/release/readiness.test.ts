import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { obstacles } from '../../../krew/release/readiness.ts';

const READY = {
  version: '1.2.0',
  homepage: 'https://example.com/kubectl-zone',
  changelog: '# Changelog\n\n## 1.2.0, 2026-11-22\n\n- All of it.\n\n## 1.1.0, 2026-10-01\n',
  changes: '',
};

describe('readiness for a release', () => {
  it('is given by a dated section, a clean work tree and a homepage', () => {
    assert.deepEqual(obstacles(READY), []);
  });

  for (const heading of [
    '## 1.2.0, unreleased',
    '## 1.2.0',
    '## 1.2.0-rc.1, 2026-11-22',
    '## 11.2.0, 2026-11-22',
  ]) {
    it(`wants a dated section, not "${heading}"`, () => {
      const [obstacle = ''] = obstacles({ ...READY, changelog: `# Changelog\n\n${heading}\n` });
      assert.match(obstacle, /CHANGELOG\.md has no section "## 1\.2\.0, YYYY-MM-DD"/);
    });
  }

  it('tells of all obstacles at once', () => {
    const found = obstacles({ version: '2.0.0', changelog: READY.changelog, changes: ' M plugin/main.ts\n' });
    assert.equal(found.length, 3);
    assert.match(found[0] ?? '', /no commit has:\n M plugin\/main\.ts$/);
    assert.match(found[2] ?? '', /homepage/);
  });
});
