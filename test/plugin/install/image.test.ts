import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UsageError } from '../../../plugin/cli/errors.ts';
import { chooseImage, installCommand } from '../../../plugin/install/image.ts';
import { UserError } from '../../../shared/errors.ts';

describe('the image of the webhook', () => {
  it('is the given one, or by default that of the build', () => {
    assert.equal(chooseImage('mine:1', 'theirs:1'), 'mine:1');
    assert.equal(chooseImage(undefined, 'theirs:1'), 'theirs:1');
  });

  it('is required if none was published, and the error explains how to build one', () => {
    assert.throws(
      () => chooseImage(undefined, undefined),
      (error) =>
        error instanceof UserError &&
        /no published webhook image/.test(error.message) &&
        /npm run image[\s\S]*manifests\/webhook\/Containerfile[\s\S]*--without-webhook/.test(error.fix ?? ''),
    );
  });

  it('is part of the install command if it is required', () => {
    assert.equal(installCommand('mine:1', undefined), 'kubectl zone install --image mine:1');
    assert.equal(installCommand(undefined, 'theirs:1'), 'kubectl zone install');
    assert.match(installCommand(undefined, undefined), /^kubectl zone install --image REGISTRY\/\S+:TAG$/);
  });

  it('is not empty', () => {
    for (const image of ['', 'two words']) assert.throws(() => chooseImage(image), UsageError);
  });
});
