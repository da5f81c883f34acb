import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { Prose, plainText } from './prose.tsx';

const html = (text: string) => renderToStaticMarkup(<Prose text={text} />);

describe('text that people wrote', () => {
  it('shows bold, italic, code and links', () => {
    expect(html('Version **2.0** *now*, see `v2` and [docs](https://example.com/a)')).toContain(
      'Version <strong>2.0</strong> <em>now</em>, see <code>v2</code> and <a href="https://example.com/a" target="_blank" rel="noreferrer noopener">docs</a>',
    );
  });

  it('shows paragraphs and lists', () => {
    expect(html('First.\n\n- one\n- two').match(/<p |<li>/g)).toEqual(['<p ', '<li>', '<li>']);
  });

  it('lets no HTML and no other address through', () => {
    const made = html('<img src=x onerror=alert(1)> [x](javascript:alert(1))');
    expect(made).not.toContain('<img');
    expect(made).not.toContain('href');
  });

  it('is one plain line in a row', () => {
    expect(plainText('# Version **2.0**\n\n*Continue* keeps [it](https://example.com).')).toBe(
      'Version 2.0 Continue keeps it.',
    );
  });
});
