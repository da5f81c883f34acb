import type { ReactNode } from 'react';

const INLINE = /(\*\*[^*\n]+\*\*|\*[^*\s][^*\n]*\*|`[^`\n]+`|\[[^\]\n]+\]\(https?:\/\/[^\s)]+\)|https?:\/\/[^\s<>)]+)/;
const LINK = /^\[([^\]]+)\]\((https?:\/\/[^)]+)\)$/;
const BULLET = /^\s*[-*]\s+/;

const link = (key: number, href: string, text: string) => (
  <a key={key} href={href} target="_blank" rel="noreferrer noopener">
    {text}
  </a>
);

function piece(text: string, key: number): ReactNode {
  const named = LINK.exec(text);
  if (named) return link(key, named[2] ?? '', named[1] ?? '');
  if (/^https?:\/\//.test(text)) return link(key, text, text);
  if (text.startsWith('**')) return <strong key={key}>{text.slice(2, -2)}</strong>;
  if (text.startsWith('`')) return <code key={key}>{text.slice(1, -1)}</code>;
  return <em key={key}>{text.slice(1, -1)}</em>;
}

/** Words of one line; odd pieces of the split are marked ones. */
const inline = (text: string): ReactNode[] =>
  text.split(INLINE).map((part, i) => (i % 2 === 1 ? piece(part, i) : part));

function block(text: string, key: number): ReactNode {
  const lines = text.split('\n');
  if (!lines.every((line) => BULLET.test(line)))
    return (
      <p key={key} className="m-0 whitespace-pre-wrap">
        {inline(text.replace(/^#{1,6}\s+/gm, ''))}
      </p>
    );
  return (
    <ul key={key} className="m-0 pl-5">
      {lines.map((line) => (
        <li key={line}>{inline(line.replace(BULLET, ''))}</li>
      ))}
    </ul>
  );
}

/** Text a person wrote in Markdown: bold, italic, code, links and lists. No HTML, no images. */
export function Prose({ text }: { readonly text: string }) {
  return (
    <div className="gk-prose flex flex-col gap-2">
      {text
        .trim()
        .split(/\n{2,}/)
        .map(block)}
    </div>
  );
}

/** The same text in one line without its marks, for rows and titles. */
export const plainText = (text: string): string =>
  text
    .split(INLINE)
    .map((part, i) => (i % 2 === 0 ? part : (LINK.exec(part)?.[1] ?? part.replace(/^(\*\*|\*|`)|(\*\*|\*|`)$/g, ''))))
    .join('')
    .replace(/^#{1,6}\s+/gm, '')
    .replace(/\s+/g, ' ')
    .trim();
