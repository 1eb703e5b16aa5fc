import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { combinePatches } from '../../../../plugin/check/decide/patches.ts';
import { RULES } from '../../../../plugin/check/decide/registry.ts';
import fc from '../../../helpers/seed.ts';
import { CASES } from './cases.ts';
import { all, applyAll, findingsOf, type TestObject } from './objects.ts';
import { flusher, store, web } from './well-made.ts';

const ids = (objects: readonly TestObject[]) => findingsOf(objects).map(({ id }) => id);
const mended = (objects: readonly TestObject[]) =>
  applyAll(objects, combinePatches(findingsOf(objects).flatMap(({ patches }) => patches)));

describe('the rules', () => {
  for (const [name, base] of Object.entries({ web, store, flusher })) {
    it(`find no problem in a well-made ${name}`, () => assert.deepEqual(findingsOf(base()), []));
  }

  it('each have a case and a unique id', () => {
    const known = RULES.map(({ id }) => id);
    assert.deepEqual(CASES.map(({ id }) => id).sort(), [...known].sort());
    assert.equal(new Set(known).size, known.length);
    for (const id of known) assert.match(id, /^[a-z]+(-[a-z]+)*$/);
  });

  for (const { id, base, broken, fine } of CASES) {
    it(`${id}: is broken, and no other`, () => assert.deepEqual(ids(broken(base())), [id]));
    it(`${id}: is kept`, () => assert.deepEqual(ids(fine(base())), []));
  }

  for (const { id, base, broken } of CASES) {
    const patches = findingsOf(broken(base())).flatMap((finding) => finding.patches);
    if (patches.length === 0) continue;
    it(`${id}: is mended by its patch`, () => assert.deepEqual(ids(mended(broken(base()))), []));
  }

  for (const [name, base] of Object.entries({ web, store, flusher })) {
    const changes = CASES.filter((each) => each.base === base).map(({ broken }) => broken);
    it(`patch everything that can be patched, whatever is broken in ${name} together`, () =>
      fc.assert(
        fc.property(fc.shuffledSubarray(changes, { minLength: 2 }), (chosen) => {
          const left = findingsOf(mended(all(...chosen)(base())));
          assert.deepEqual(
            left.filter(({ patches }) => patches.length > 0).map(({ id }) => id),
            [],
          );
        }),
      ));
  }

  it('give the evidence, the consequence and the fix', () => {
    for (const { base, broken } of CASES) {
      for (const finding of findingsOf(broken(base()))) {
        assert.ok(finding.evidence.length > 0, finding.id);
        for (const { object, field } of finding.evidence) {
          assert.match(object, /^[A-Z]\w+\/\S+$/);
          assert.notEqual(field, '');
        }
        for (const sentence of [finding.consequence, finding.fix]) assert.match(sentence, /\.$/, finding.id);
        assert.match(finding.source, /^https:\/\//);
      }
    }
  });
});
