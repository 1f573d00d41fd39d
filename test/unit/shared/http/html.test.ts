import { expect } from 'chai';
import fc from 'fast-check';
import { Html, html } from '../../../../src/shared/http/html.ts';

describe('html', () => {
  it('escapes every value, in texts and in attributes', () => {
    const hostile = `"><script>alert('1')</script>&amp;`;
    expect(html`<p title="${hostile}">${hostile}</p>`.source).to.equal(
      `<p title="&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;amp;">&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;amp;</p>`,
    );
  });

  it('takes its own HTML as it is, joins lists, and shows nothing for null', () => {
    const inner = html`<b>${'<'}</b>`;
    expect(html`${[inner, 1, null]}${null}`.source).to.equal('<b>&lt;</b>1');
    expect(new Html('<i>').source).to.equal('<i>');
  });

  it('lets no text open a tag, an entity or the end of an attribute', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const { source } = html`${text}`;
        expect(source).not.to.match(/[<>"']/);
        expect(source.replace(/&(amp|lt|gt|quot|#39);/g, '')).not.to.include('&');
      }),
    );
  });
});
