import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { negotiate } from '../../../../plugin/sandbox/http/negotiate.ts';

describe('content negotiation', () => {
  const cases: [accept: string | undefined, representation: string | undefined][] = [
    [undefined, 'json'],
    ['*/*', 'json'],
    ['application/json', 'json'],
    ['application/json;as=Table;v=v1;g=meta.k8s.io,application/json', 'table'],
    ['application/vnd.kubernetes.protobuf,application/json', 'json'],
    ['application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1', 'metadata'],
    ['application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json', 'aggregated'],
    ['application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json', 'json'],
    ['application/yaml', undefined],
  ];
  for (const [accept, representation] of cases)
    it(`answers ${accept} with ${representation ?? '406'}`, () =>
      assert.equal(negotiate(accept), representation));
});
