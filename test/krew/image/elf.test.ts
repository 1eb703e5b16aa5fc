import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readLinkage } from '../../../krew/image/elf.ts';
import { makeElf } from './make-elf.ts';

describe('what an ELF file links', () => {
  it('is read from a program and from a library', () => {
    const interpreter = '/lib64/ld-linux-x86-64.so.2';
    const needed = ['libstdc++.so.6', 'libc.so.6'];
    assert.deepEqual(readLinkage(makeElf({ interpreter, needed })), { interpreter, needed });
    assert.deepEqual(readLinkage(makeElf({ needed: ['libc.so.6'] })), { needed: ['libc.so.6'] });
    assert.deepEqual(readLinkage(makeElf({})), { needed: [] });
  });

  it('is not guessed for other files', () => {
    assert.throws(() => readLinkage(Buffer.from('#!/bin/sh\n')), /not an ELF file/);
    const small = makeElf({});
    small[4] = 1;
    assert.throws(() => readLinkage(small), /not a 64-bit/);
  });
});
