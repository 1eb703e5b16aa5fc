import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import headless from '@xterm/headless';
import { svgColour } from '../../docs/picture-colours.ts';
import { momentOf } from '../../docs/picture-moment.ts';
import { type Run, visibleRows } from '../../docs/picture-rows.ts';
import { svgOf } from '../../docs/picture-svg.ts';
import fc from '../helpers/seed.ts';

const ESC = '\u001b[';

/** What a terminal shows after these bytes. */
async function shown(bytes: string, columns = 20, rows = 2): Promise<Run[][]> {
  const terminal = new headless.Terminal({ cols: columns, rows, allowProposedApi: true });
  await new Promise<void>((resolve) => terminal.write(bytes, resolve));
  return visibleRows(terminal);
}

async function drawn(bytes: string): Promise<string> {
  return svgOf({ title: 'a <title>', description: 'what & how', columns: 20, rows: await shown(bytes) });
}

const textsOf = (svg: string) => [...svg.matchAll(/<text [^>]*>[^<]*<\/text>/g)].map(([element]) => element);

describe('picture of a terminal', () => {
  it('has each run of cells in its place, with its colour and weight', async () => {
    const [, ...texts] = textsOf(await drawn(`one ${ESC}1;32mtwo${ESC}0m\r\n  ${ESC}2mthree${ESC}0m`));
    assert.deepEqual(texts, [
      '<text x="16" y="45.5" textLength="25.2">one</text>',
      '<text x="49.6" y="45.5" textLength="25.2" fill="#8fd18a" font-weight="600">two</text>',
      '<text x="32.8" y="63.5" textLength="42" opacity="0.6">three</text>',
    ]);
  });

  it('keeps words apart that several blanks keep apart', async () => {
    const [, ...texts] = textsOf(await drawn('a b   c'));
    assert.deepEqual(texts, [
      '<text x="16" y="45.5" textLength="25.2">a b</text>',
      '<text x="66.4" y="45.5" textLength="8.4">c</text>',
    ]);
  });

  it('draws what lies behind the text, also where colours are swapped', async () => {
    assert.match(
      await drawn(`${ESC}44m  ${ESC}0m`),
      /<rect x="16" y="32" width="16.8" height="18" fill="#7aa8f0"\/>/,
    );
    assert.match(
      await drawn(`${ESC}7mx${ESC}0m`),
      /<rect [^>]*fill="#d8dee9"\/>\n<text [^>]*fill="#1b2028">x</,
    );
  });

  it('gives wide characters the cells that they take', async () => {
    const [, ...texts] = textsOf(await drawn('日本x'));
    assert.deepEqual(texts, [
      '<text x="16" y="45.5" textLength="16.8">日</text>',
      '<text x="32.8" y="45.5" textLength="16.8">本</text>',
      '<text x="49.6" y="45.5" textLength="8.4">x</text>',
    ]);
  });

  it('has a title and a description for those who do not see it', async () => {
    const svg = await drawn('');
    assert.match(
      svg,
      /<title id="title">a &lt;title&gt;<\/title>\n<desc id="description">what &amp; how<\/desc>/,
    );
    assert.match(svg, /role="img" aria-labelledby="title description"/);
  });

  it('is well-formed whatever stands on the screen and above it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 30 }), async (text) => {
        const svg = svgOf({ title: text, description: text, columns: 20, rows: await shown(text) });
        const withoutElements = svg.replace(/<\/?[a-z]+(?: [\w:-]+="[^"<&]*")*\/?>/gi, '');
        assert.doesNotMatch(withoutElements, /[<>]|&(?!amp;|lt;|gt;|quot;)/);
        assert.doesNotMatch(svg, /(?!\n)\p{Cc}/u, 'XML cannot have control characters');
      }),
      { numRuns: 100 },
    );
  });
});

describe('colours of a terminal', () => {
  it('are those of xterm above the first sixteen', () => {
    const ofIndex = (index: number) => svgColour({ kind: 'palette', index });
    assert.deepEqual([16, 21, 67, 231, 232, 255].map(ofIndex), [
      '#000000',
      '#0000ff',
      '#5f87af',
      '#ffffff',
      '#080808',
      '#eeeeee',
    ]);
    assert.equal(svgColour({ kind: 'rgb', value: 0x0a0b0c }), '#0a0b0c');
    assert.equal(svgColour(undefined), undefined);
  });
});

describe('the moment that is drawn', () => {
  const view = [
    'starting a cluster',
    'statefulset default/ingester   revision 1 → 2',
    '━━──  4 of 6 pods new, 66%',
    '✓ zone-a  2/2  ●●',
    '▸ zone-b  2/2  ●●',
    '  zone-c  0/2  ○○',
    'p pauses   ? help  ',
  ];

  it('is read from the view, which may stand below other lines', () =>
    assert.deepEqual(momentOf(view), {
      podsNew: 4,
      pods: 6,
      zones: ['zone-a 2/2', 'zone-b 2/2', 'zone-c 0/2'],
      firstRow: 1,
    }));

  it('is none where a part of the view is missing, or is of another frame', () => {
    for (const row of [1, 2, 3, 6]) assert.equal(momentOf(view.toSpliced(row, 1)), undefined, view[row]);
  });
});
