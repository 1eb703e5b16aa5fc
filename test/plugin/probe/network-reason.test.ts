import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { networkReason } from '../../../plugin/probe/network-reason.ts';

const withCode = (message: string, code: string) => Object.assign(new Error(message), { code });

describe('why there was no answer', () => {
  it('is what the network says', () =>
    assert.equal(
      networkReason(withCode('connect ECONNREFUSED ::1:9', 'ECONNREFUSED')),
      'connect ECONNREFUSED ::1:9',
    ));

  it('is what the first of several addresses says', () => {
    const errors = ['::1:9', '127.0.0.1:9'].map((where) => new Error(`connect ECONNREFUSED ${where}`));
    assert.equal(networkReason(new AggregateError(errors)), 'connect ECONNREFUSED ::1:9');
  });

  it('names what would make an authority known, in place of advice that is about Node', () => {
    const error = withCode(
      'self-signed certificate in certificate chain; if the root CA is installed locally, try running Node.js with --use-system-ca',
      'SELF_SIGNED_CERT_IN_CHAIN',
    );
    assert.equal(
      networkReason(error),
      'self-signed certificate in certificate chain; if its authority can be trusted, name the file with its certificate in NODE_EXTRA_CA_CERTS',
    );
  });
});
